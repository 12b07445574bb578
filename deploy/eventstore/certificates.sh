#!/bin/bash
# Makes a certificate authority and a certificate for each node, once: what is there stays. Each goes into a volume of its
# own, so that no node sees the key of another, nor that of the authority.
set -euo pipefail
folder=${CERTIFICATES:-/certificates}
owner=${OWNER:-1000:1000}
work=$(mktemp -d)

if [ ! -f "$folder/authority/ca.key" ]; then
  es-gencert-cli create-ca -out "$work/ca"
  # The key last: it tells that the authority is whole.
  cp "$work/ca/ca.crt" "$folder/authority/ca.crt"
  cp "$work/ca/ca.key" "$folder/authority/ca.key"
fi
cp -f "$folder/authority/ca.crt" "$folder/ca/ca.crt"
chmod 0444 "$folder/ca/ca.crt"

for node in eventstore-1 eventstore-2 eventstore-3; do
  if [ -f "$folder/$node/node.key" ]; then continue; fi
  es-gencert-cli create-node -ca-certificate "$folder/authority/ca.crt" -ca-key "$folder/authority/ca.key" \
    -dns-names "$node,localhost" -ip-addresses 127.0.0.1 -out "$work/$node"
  cp "$work/$node/node.crt" "$folder/$node/node.crt"
  chmod 0400 "$work/$node/node.key"
  cp -p "$work/$node/node.key" "$folder/$node/node.key.new"
  chown "$owner" "$folder/$node/node.crt" "$folder/$node/node.key.new"
  mv "$folder/$node/node.key.new" "$folder/$node/node.key"
done
