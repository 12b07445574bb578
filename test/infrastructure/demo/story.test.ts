import { LAST_DAY } from '../../../src/infrastructure/demo/calendar.js';
import type { Step, StoryCommand } from '../../../src/infrastructure/demo/step.js';
import { Story } from '../../../src/infrastructure/demo/story.js';
import { COMPETITORS } from '../../../src/infrastructure/demo/texts.js';

const steps: Step[] = [...new Story().steps()];
const commands = steps.flatMap((step) => step.commands.map((command) => ({ step, command })));

function told<Name extends StoryCommand['name']>(name: Name) {
  return commands.filter(({ command }) => command.name === name) as unknown as {
    step: Step;
    command: StoryCommand<Name>;
  }[];
}

function netByMonth(): Map<string, number> {
  const months = new Map<string, number>();
  for (const { step, command } of told('PlaceOrder')) {
    const month = new Date(step.at).toISOString().slice(0, 7);
    const net = command.payload.lines.reduce((sum, line) => sum + line.net, 0);
    months.set(month, (months.get(month) ?? 0) + net);
  }
  return months;
}

function sumOf(months: Map<string, number>, from: string, to: string): number {
  return [...months].filter(([month]) => month >= from && month <= to).reduce((sum, [, net]) => sum + net, 0);
}

describe('the story of the demo', () => {
  it('is the same each time it is told', () => {
    expect([...new Story().steps()]).toEqual(steps);
  });

  it('is told in the order of its moments, within its three years', () => {
    const moments = steps.map(({ at }) => at);
    expect(moments).toEqual([...moments].sort((one, other) => one - other));
    expect(new Date(moments[0] as number).toISOString()).toMatch(/^2023-11-01T/);
    expect(moments.at(-1)).toBeLessThan(Date.parse('2026-11-01T00:00:00Z'));
    expect(LAST_DAY).toBe(365 + 366 + 364);
  });

  it('gives every command an id of its own', () => {
    expect(new Set(commands.map(({ command }) => command.id)).size).toBe(commands.length);
  });

  it('tells nothing before it has happened', () => {
    const early = commands.filter(({ step, command }) => {
      const { occurredAt, placedAt } = command.payload as { occurredAt?: string; placedAt?: string };
      const happened = placedAt ?? occurredAt;
      return happened !== undefined && Date.parse(happened) > step.at;
    });
    expect(early).toEqual([]);
  });

  it('has about four hundred customers, most of them from the start', () => {
    const registered = told('RegisterCustomer');
    expect(registered.length).toBeGreaterThan(390);
    expect(registered.length).toBeLessThan(440);
    const atStart = registered.filter(({ step }) => step.at < Date.parse('2023-11-05'));
    expect(atStart.length / registered.length).toBeGreaterThan(0.75);
  });

  it('has six people, of whom one leaves and hands over what was theirs', () => {
    expect(told('RegisterRep').map(({ command }) => command.payload.repId)).toEqual([
      'femke',
      'daan',
      'lotte',
      'ruben',
      'iris',
      'bram',
    ]);
    expect(told('RecordRepLeft').map(({ step }) => step.stream)).toEqual(['rep-daan']);
    const handedOver = told('AssignAccountTeamMember').filter(
      ({ command }) => command.payload.validFrom === '2025-09-01',
    );
    expect(handedOver.length).toBeGreaterThan(50);
    expect(new Set(handedOver.map(({ command }) => command.payload.repId))).toEqual(new Set(['bram']));
  });

  it('sells most before Sinterklaas and Christmas, and a little more each year', () => {
    const months = netByMonth();
    for (const year of ['2024', '2025']) {
      const november = months.get(`${year}-11`) as number;
      const rest = [...months].filter(([month]) => month.startsWith(year) && !month.endsWith('-11'));
      expect(Math.max(...rest.map(([, net]) => net))).toBeLessThan(november);
    }
    const first = sumOf(months, '2023-11', '2024-10');
    const second = sumOf(months, '2024-11', '2025-10');
    const third = sumOf(months, '2025-11', '2026-10');
    expect(second / first).toBeGreaterThan(1.01);
    expect(third / second).toBeGreaterThan(1.01);
    expect(third / first).toBeLessThan(1.3);
  });

  it('shows everything that a relationship can hold', () => {
    const counts = new Map<string, number>();
    for (const { command } of commands) counts.set(command.name, (counts.get(command.name) ?? 0) + 1);
    const atLeast = {
      PlaceOrder: 5_000,
      DeliverOrder: 5_000,
      PayInvoice: 4_500,
      LogVisit: 1_500,
      LogInteraction: 2_000,
      PlanVisit: 500,
      RescheduleVisit: 10,
      RecordVisitNotHeld: 10,
      ReturnOrderLines: 80,
      CancelOrder: 30,
      AgreeDiscount: 150,
      AgreePaymentTerms: 300,
      KeepPromise: 100,
      BreakPromise: 10,
      NoteProfile: 80,
      CorrectEvent: 8,
      RetractEvent: 5,
      RecordContactPersonLeft: 20,
      ChangeConsent: 400,
      ReceiveReferral: 8,
      ConvertReferral: 5,
      EndCustomer: 10,
      ReactivateCustomer: 1,
      MergeCustomers: 2,
      TakeOverCustomer: 1,
      DrawUpContactScheme: 1,
      SetExchangeRates: 10,
      SetVisitFrequency: 2,
      SetValuePolicy: 2,
      SetActivityRates: 3,
      AttributeActivityCost: 150,
      AttributeDirectCost: 25,
      SignContract: 8,
      RegisterSupplier: 4,
      AgreeSupplierPrice: 100,
      MakeOffer: 150,
      AnswerOffer: 100,
      ChangeReferenceConsent: 10,
      GiveReference: 6,
      SeeReview: 15,
      ScoreCustomer: 400,
      NoteCompetitorPrice: 15,
      EstimateWallet: 50,
      ProposeSegmentation: 1,
      AdjustSegment: 2,
      FinaliseSegmentation: 1,
    };
    const tooFew = Object.entries(atLeast).filter(([name, count]) => (counts.get(name) ?? 0) < count);
    expect(tooFew).toEqual([]);
    expect(new Set(told('PlaceOrder').map(({ command }) => command.payload.currency))).toEqual(
      new Set(['EUR', 'GBP', 'USD']),
    );
  });

  it('gives discounts that mostly, but not always, are what was agreed', () => {
    const rates = told('PlaceOrder').flatMap(({ command }) =>
      command.payload.lines.map((line) => Number(line.discountRate)),
    );
    const none = rates.filter((rate) => rate === 0).length;
    expect(none / rates.length).toBeGreaterThan(0.2);
    expect(none / rates.length).toBeLessThan(0.8);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.3);
  });

  it('learns of corrections after what they correct', () => {
    for (const { step } of told('CorrectEvent'))
      expect(steps.filter(({ stream }) => stream === step.stream)[0]).not.toBe(step);
    const { cast } = new Story();
    expect(cast.corrected.correctedOn > cast.corrected.orderedOn).toBe(true);
  });

  it('names no company, person, address or telephone number that exists', () => {
    for (const { command } of told('AddContactPerson')) {
      expect(command.payload.email).toMatch(/^[a-z.-]+@[a-z]+\.example$/);
      expect(command.payload.phone).toMatch(/^\+(31 85 000 \d{4}|32 2 000 \d\d \d\d|49 30 23125 \d{3})$/);
    }
    for (const { command } of told('RegisterRep')) expect(command.payload.email).toMatch(/\.example$/);
    const first = told('RegisterCustomer').map(({ command }) => command.payload.name.split(' ')[0]);
    // A customer that was registered twice carries its name twice.
    expect(new Set(first).size).toBe(first.length - 3);
    const named = told('EndCustomer').flatMap(({ command }) => command.payload.competitor ?? []);
    expect(COMPETITORS).toEqual(expect.arrayContaining(named));
  });

  it('writes postcodes as each country does', () => {
    const patterns: { [country: string]: RegExp } = { NL: /^[1-9]\d{3} [A-Z]{2}$/, BE: /^\d{4}$/, DE: /^\d{5}$/ };
    const wrong = told('RegisterCustomer').filter(
      ({ command: { payload } }) => !patterns[payload.country as string]?.test(payload.postcode as string),
    );
    expect(wrong).toEqual([]);
    expect(new Set(told('RegisterCustomer').map(({ command }) => command.payload.country)).size).toBe(3);
  });
});
