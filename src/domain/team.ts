import { z } from 'zod';
import type { Told } from './command.js';
import { event } from './event.js';
import { Refused } from './refused.js';
import { localDate, type OurRole, ourRole, repId } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

/** Who of us looks after this customer. One account manager at a time: a new one takes over from `validFrom`. */
export const events = {
  AccountTeamMemberAssigned: event(z.strictObject({ repId, role: ourRole, validFrom: localDate })),
  AccountTeamMemberLeft: event(z.strictObject({ repId, role: ourRole, validFrom: localDate })),
};

export interface AssignAccountTeamMember extends Told {
  readonly repId: string;
  readonly role: OurRole;
  /** Local day; that of `occurredAt` when left out. */
  readonly validFrom?: string;
}

export interface RemoveAccountTeamMember extends Told {
  readonly repId: string;
  readonly role: OurRole;
  readonly validFrom?: string;
}

export interface Commands {
  AssignAccountTeamMember: AssignAccountTeamMember;
  RemoveAccountTeamMember: RemoveAccountTeamMember;
}

/** Days from which each of us looks after the customer in a role, by role and rep. */
export type Team = Map<string, Set<string>>;

interface State {
  readonly team: Team;
}

export function initial(): Team {
  return new Map();
}

function memberKey({ role, repId }: { role: OurRole; repId: string }): string {
  return `${role} ${repId}`;
}

export const rules: Rules<typeof events, State> = {
  AccountTeamMemberAssigned({ team }, { data }) {
    if (team.get(memberKey(data))?.has(data.validFrom)) {
      throw new Refused(
        'already-on-the-team',
        `${data.repId} is ${data.role} from ${data.validFrom} already.`,
        'repId',
      );
    }
  },
  AccountTeamMemberLeft({ team }, { data }) {
    const days = team.get(memberKey(data));
    if (!days || ![...days].some((day) => day <= data.validFrom)) {
      throw new Refused('not-on-the-team', `${data.repId} is not ${data.role} on ${data.validFrom}.`, 'repId');
    }
  },
};

export const evolve: Evolve<typeof events, Team> = {
  AccountTeamMemberAssigned(team, { data }) {
    const key = memberKey(data);
    const days = team.get(key);
    if (days) days.add(data.validFrom);
    else team.set(key, new Set([data.validFrom]));
  },
  AccountTeamMemberLeft(team, { data }) {
    const days = team.get(memberKey(data));
    for (const day of days ?? []) if (day <= data.validFrom) days?.delete(day);
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  AssignAccountTeamMember(_, { repId, role, validFrom }, { occurredAt, localDay }) {
    const data = { repId, role, validFrom: validFrom ?? localDay(occurredAt) };
    return [{ type: 'AccountTeamMemberAssigned', occurredAt, data }];
  },
  RemoveAccountTeamMember(_, { repId, role, validFrom }, { occurredAt, localDay }) {
    const data = { repId, role, validFrom: validFrom ?? localDay(occurredAt) };
    return [{ type: 'AccountTeamMemberLeft', occurredAt, data }];
  },
};
