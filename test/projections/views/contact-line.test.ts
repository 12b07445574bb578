import fc from 'fast-check';
import { closeAll, givenEvents, tell, uuid } from '../../application/questions/asking.js';
import type { GivenEvent } from '../../support/read-side.js';

afterEach(closeAll);

const origin = Date.UTC(2025, 0, 1, 12);
const at = (days: number) => new Date(origin + days * 86_400_000).toISOString();

const told = fc.record({
  customer: fc.integer({ min: 1, max: 3 }),
  at: fc.nat(400),
  channel: fc.constantFrom('visit', 'phone', 'video', 'email', 'newsletter'),
  later: fc.constantFrom('nothing', 'corrected', 'retracted'),
  moved: fc.nat(400),
});

/** Day asked about, how much is known, how much of that was known to what is kept: often all, all, and the half of it. */
const moment = fc.tuple(
  fc.oneof(fc.constant(450), fc.nat(450)),
  fc.oneof(fc.constant(100), fc.nat(100)),
  fc.oneof(fc.integer({ min: 40, max: 70 }), fc.nat(100)),
);

describe('the last contact of a scheme line', () => {
  it('is the same whatever was kept of the contacts, and whether or not lines are taken as particular', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(told, { minLength: 8, maxLength: 20 }),
        fc.array(moment, { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        async (contacts, moments, merged) => {
          const own = ['visit', 'call', 'newsletter'].map((channel) => ({
            ourRole: 'accountManager',
            channel,
            timesPerYear: 10,
            earliestPct: 70,
            latestPct: 100,
          }));
          const events = [1, 2, 3].flatMap((customer) => [
            tell.registered(customer, '2024-12-01'),
            tell.event(customer, 'ContactSchemeDrawnUp', '2024-12-01', {
              lines: own,
              validFrom: '2024-12-01',
              reason: 'so',
            }),
          ]);
          const second: GivenEvent[] = [];
          contacts.forEach(({ customer, channel, later, moved, ...contact }, index) => {
            const shared = { heldBy: ['r1'], contactPersons: [], orderIds: [] };
            const event =
              channel === 'visit'
                ? tell.event(
                    customer,
                    'VisitLogged',
                    at(contact.at),
                    { visitId: uuid(index), topics: [], ...shared },
                    { id: uuid(900 + index) },
                  )
                : tell.event(
                    customer,
                    'InteractionLogged',
                    at(contact.at),
                    { interactionId: uuid(index), channel, direction: 'outbound', countsTowardScheme: true, ...shared },
                    { id: uuid(900 + index) },
                  );
            events.push(event);
            if (later === 'corrected') second.push(tell.corrected(event, {}, at(500), at(moved)));
            if (later === 'retracted') second.push(tell.retracted(event, at(500)));
          });
          events.push(...second);
          if (merged) events.push(tell.merged(1, [2], at(10)));
          const { reading } = await givenEvents(...events);
          const first = 6;
          const positionAt = (share: number) => first + Math.round(((events.length - first) * share) / 100);
          for (const [days, share, keptShare] of moments) {
            const known = positionAt(share);
            const kept = Math.min(positionAt(keptShare), known);
            const asked = reading({ asOf: at(days), known: BigInt(known) });
            const table = async (name: string, sql: string) => asked.keep(name, `${days}/${known}/${kept}`, sql);
            const identity = await table(
              'identity_tried',
              'SELECT customer AS source, effective AS customer FROM same_customer($as_of, $known)',
            );
            const details = await table('details_tried', 'FROM scheme_detail($as_of, $known)');
            const rows = await table(
              'rows_tried',
              `SELECT customer, line_no, scheme, valid_from AS held_since, NULL::VARCHAR AS segment, 'r1' AS rep_id, 0 AS "value"
               FROM ${details} WHERE customer IS NOT NULL`,
            );
            const latest = await table('latest_tried', `FROM latest_contact(${kept})`);
            const nothing = await table('nothing_tried', 'FROM latest_contact(0)');
            const lines = (macro: string, contactsTable: string, contactsKnown: number) =>
              asked.rows(
                `SELECT customer, line_no, last_position, last_at, counted_from, days, state
                 FROM ${macro}($as_of, $known, local_day($as_of), NULL::INTEGER[], NULL::VARCHAR[], '${rows}', '${details}',
                   '${identity}', '${contactsTable}', ${contactsKnown})
                 ORDER BY customer, line_no`,
              );
            const byHand = await asked.rows(
              `SELECT detail.customer, detail.line_no,
                 arg_max(contact.position, (contact.occurred_at, contact.position)) AS last_position
               FROM ${details} AS detail
               LEFT JOIN (
                 SELECT coalesce(same.customer, contact.customer) AS counted_for, contact.*
                 FROM contact LEFT JOIN ${identity} AS same ON same.source = contact.customer
                 WHERE counts(occurred_at, position, superseded_position, $as_of, $known)
               ) AS contact
                 ON counted_for = detail.customer
                 AND detail.channel = CASE contact.channel WHEN 'phone' THEN 'call' WHEN 'video' THEN 'call' ELSE contact.channel END
               WHERE detail.customer IS NOT NULL
               GROUP BY ALL ORDER BY ALL`,
            );
            const anew = await lines('contact_line', nothing, 0);
            expect(anew).toHaveLength(byHand.length);
            expect(anew).toMatchObject(byHand);
            expect(await lines('contact_line', latest, kept)).toEqual(anew);
            expect(await lines('contact_line_particular', latest, kept)).toEqual(anew);
          }
          await closeAll();
        },
      ),
      { numRuns: 6 },
    );
  }, 300_000);
});
