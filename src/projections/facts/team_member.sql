-- Who of us looks after a customer, from which day, or from which day no longer.
-- from: AccountTeamMemberAssigned, AccountTeamMemberLeft
CREATE TABLE IF NOT EXISTS team_member (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  rep_id VARCHAR NOT NULL, role VARCHAR, valid_from DATE, assigned BOOLEAN
);
INSERT INTO team_member
SELECT position, NULL, customer, occurred_at, occurred_on, d.repId, d.role, d.validFrom,
  type = 'AccountTeamMemberAssigned'
FROM (
  SELECT *, from_json(data, '{"repId":"VARCHAR","role":"VARCHAR","validFrom":"DATE"}') AS d
  FROM batch WHERE type IN ('AccountTeamMemberAssigned', 'AccountTeamMemberLeft')
);
