# The service and its command line. The image's own Node runs it: nothing that npm would install as a script is needed.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# What the build needs, and what it makes.
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json ./
COPY src ./src
RUN npm run build

# What the program needs when it runs.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    KLANTWAARDE_DATA=/data
WORKDIR /app
# Nothing of the program belongs to the user that runs it.
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
# A volume that is mounted here for the first time takes over the owner.
RUN install -d -o node -g node -m 0700 /data && ln -s /app/bin/klantwaarde.js /usr/local/bin/klantwaarde
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# Alive is enough: a node that builds its read side is well, although it does not answer questions yet.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/v1/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["klantwaarde"]
CMD ["serve"]
