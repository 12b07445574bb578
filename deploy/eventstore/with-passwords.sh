#!/bin/bash
# The server takes the passwords of its first start from the environment only; here they come from secrets.
set -euo pipefail
EVENTSTORE_DEFAULT_ADMIN_PASSWORD=$(</run/secrets/eventstore-admin-password)
EVENTSTORE_DEFAULT_OPS_PASSWORD=$(</run/secrets/eventstore-ops-password)
export EVENTSTORE_DEFAULT_ADMIN_PASSWORD EVENTSTORE_DEFAULT_OPS_PASSWORD
exec "$@"
