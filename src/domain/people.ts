import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import { Refused } from './refused.js';
import { interactionChannel, type Layer, label, layer, longText, uuid } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

const consentChannel = z.union([interactionChannel, z.literal('visit')]);

const subject = (data: Readonly<Record<string, unknown>>) => `person-${data.contactPersonId}`;

export const events = {
  ContactPersonAdded: event(
    z.strictObject({
      contactPersonId: uuid,
      name: sealable(label),
      email: sealable(label).optional(),
      phone: sealable(label).optional(),
      role: label.optional(),
      layer,
    }),
    { subject, identity: 'contactPersonId' },
  ),
  ContactPersonRoleChanged: event(
    z.strictObject({ contactPersonId: uuid, role: label.optional(), layer: layer.optional() }),
    { subject, identity: 'contactPersonId' },
  ),
  ContactPersonLeft: event(z.strictObject({ contactPersonId: uuid, reason: sealable(longText).optional() }), {
    subject,
    identity: 'contactPersonId',
  }),
  ConsentChanged: event(z.strictObject({ contactPersonId: uuid, channel: consentChannel, granted: z.boolean() }), {
    subject,
    identity: 'contactPersonId',
  }),
};

export type ConsentChannel = z.infer<typeof consentChannel>;

export interface AddContactPerson extends Told {
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
  readonly role?: string;
  readonly layer: Layer;
}

export interface ChangeContactPersonRole extends Told {
  readonly contactPersonId: string;
  readonly role?: string;
  readonly layer?: Layer;
}

export interface RecordContactPersonLeft extends Told {
  readonly contactPersonId: string;
  readonly reason?: string;
}

export interface ChangeConsent extends Told {
  readonly contactPersonId: string;
  readonly channel: ConsentChannel;
  readonly granted: boolean;
}

export interface Commands {
  AddContactPerson: AddContactPerson;
  ChangeContactPersonRole: ChangeContactPersonRole;
  RecordContactPersonLeft: RecordContactPersonLeft;
  ChangeConsent: ChangeConsent;
}

export interface Person {
  leftAt: string | undefined;
  /** What was said last of each channel, and as of when. */
  readonly consents: Map<ConsentChannel, { readonly granted: boolean; readonly since: string }>;
}

/** By id. */
export type People = Map<string, Person>;

interface State {
  readonly people: People;
}

export function initial(): People {
  return new Map();
}

/** @throws Refused when the customer has no such contact person at that instant. */
export function mustKnow(people: People, contactPersonId: string, occurredAt: string, path: string): void {
  const person = people.get(contactPersonId);
  if (!person) {
    throw new Refused('unknown-contact-person', `The customer has no contact person ${contactPersonId}.`, path);
  }
  if (person.leftAt !== undefined && person.leftAt <= occurredAt) {
    throw new Refused('contact-person-left', `Contact person ${contactPersonId} left on ${person.leftAt}.`, path);
  }
}

export function mustKnowAll(people: People, persons: readonly { readonly id: string }[], occurredAt: string): void {
  for (let index = 0; index < persons.length; index++) {
    mustKnow(people, (persons[index] as { id: string }).id, occurredAt, `contactPersons.${index}.id`);
  }
}

/** Whether a contact person agreed to be reached so; undefined when nothing was said. */
export function agreesTo(people: People, contactPersonId: string, channel: ConsentChannel): boolean | undefined {
  return people.get(contactPersonId)?.consents.get(channel)?.granted;
}

export const rules: Rules<typeof events, State> = {
  ContactPersonAdded({ people }, { data }) {
    if (people.has(data.contactPersonId)) {
      throw new Refused(
        'contact-person-already-added',
        `Contact person ${data.contactPersonId} is there already.`,
        'id',
      );
    }
  },
  ContactPersonRoleChanged({ people }, { data, occurredAt }) {
    mustKnow(people, data.contactPersonId, occurredAt, 'contactPersonId');
    if (data.role === undefined && data.layer === undefined) {
      throw new Refused('nothing-told', 'Neither a role nor a layer is told.');
    }
  },
  ContactPersonLeft({ people }, { data }) {
    const person = people.get(data.contactPersonId);
    if (person?.leftAt !== undefined) {
      throw new Refused(
        'contact-person-already-left',
        `Contact person ${data.contactPersonId} left on ${person.leftAt}.`,
        'contactPersonId',
      );
    }
    mustKnow(people, data.contactPersonId, '', 'contactPersonId');
  },
  ConsentChanged({ people }, { data }) {
    // Also of someone who left: a withdrawal must always be possible.
    mustKnow(people, data.contactPersonId, '', 'contactPersonId');
  },
};

export const evolve: Evolve<typeof events, People> = {
  ContactPersonAdded(people, { data }) {
    people.set(data.contactPersonId, { leftAt: undefined, consents: new Map() });
  },
  ContactPersonRoleChanged: always,
  ContactPersonLeft(people, { data, occurredAt }) {
    const person = people.get(data.contactPersonId);
    if (person) person.leftAt = occurredAt;
  },
  ConsentChanged(people, { data, occurredAt }) {
    const consents = people.get(data.contactPersonId)?.consents;
    const last = consents?.get(data.channel);
    if (last && last.since > occurredAt) return;
    consents?.set(data.channel, { granted: data.granted, since: occurredAt });
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  AddContactPerson(_, { name, email, phone, role, layer }, { id, occurredAt }) {
    return [{ type: 'ContactPersonAdded', occurredAt, data: { contactPersonId: id, name, email, phone, role, layer } }];
  },
  ChangeContactPersonRole(_, { contactPersonId, role, layer }, { occurredAt }) {
    return [{ type: 'ContactPersonRoleChanged', occurredAt, data: { contactPersonId, role, layer } }];
  },
  RecordContactPersonLeft(_, { contactPersonId, reason }, { occurredAt }) {
    return [{ type: 'ContactPersonLeft', occurredAt, data: { contactPersonId, reason } }];
  },
  ChangeConsent(_, { contactPersonId, channel, granted }, { occurredAt }) {
    return [{ type: 'ConsentChanged', occurredAt, data: { contactPersonId, channel, granted } }];
  },
};
