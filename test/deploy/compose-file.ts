import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/** What of the Compose specification the file uses; anything else is a slip of the pen until it is added here. */
const healthcheck = z.strictObject({
  /** The image's own, when it is left out. */
  test: z.tuple([z.literal('CMD')], z.string()).optional(),
  interval: z.string().regex(/^\d+s$/),
  timeout: z.string().regex(/^\d+s$/),
  start_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  retries: z.int().min(1),
});

const condition = z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) });

const service = z.strictObject({
  image: z.string(),
  build: z.literal('.').optional(),
  profiles: z.array(z.enum(['cluster'])).optional(),
  user: z.string(),
  working_dir: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string().regex(/^[A-Za-z_]+$/), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  network_mode: z.literal('none').optional(),
  volumes: z.array(z.string().regex(/^[^:]+:\/[^:]+(:ro)?$/)).default([]),
  tmpfs: z.array(z.string().startsWith('/')).default([]),
  secrets: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), condition).default({}),
  healthcheck: healthcheck.optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  cap_add: z.array(z.enum(['CHOWN'])).default([]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  restart: z.enum(['unless-stopped', 'no']),
  stop_signal: z.string().optional(),
  stop_grace_period: z.string().optional(),
  logging: z.strictObject({
    driver: z.literal('local'),
    options: z.strictObject({ 'max-size': z.string(), 'max-file': z.string() }),
  }),
  deploy: z.strictObject({
    resources: z.strictObject({
      limits: z.strictObject({ cpus: z.string(), memory: z.string().regex(/^\d+[mg]$/), pids: z.int() }),
      reservations: z.strictObject({ memory: z.string().regex(/^\d+[mg]$/) }).optional(),
    }),
  }),
});
export type Service = z.infer<typeof service>;

const file = z
  .object({
    name: z.string(),
    services: z.record(z.string(), service),
    networks: z.record(z.string(), z.strictObject({ internal: z.literal(true).optional() })),
    volumes: z.record(z.string(), z.strictObject({})),
    secrets: z.record(z.string(), z.strictObject({ file: z.string().startsWith('./deploy/secrets/') })),
  })
  .catchall(z.never())
  .strict();
export type ComposeFile = z.infer<typeof file>;

/** `${NAME:-default}` as Compose fills it in where NAME is not set. */
function interpolated(text: string): string {
  return text.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1');
}

/** The file at the top of the project, its anchors and merge keys resolved and its extensions (`x-…`) left out. */
export function composeFile(change: (text: string) => string = (text) => text): ComposeFile {
  const text = change(readFileSync(`${projectFolder}docker-compose.yml`, 'utf8'));
  const parsed = parse(interpolated(text), { merge: true }) as Record<string, unknown>;
  return file.parse(Object.fromEntries(Object.entries(parsed).filter(([key]) => !key.startsWith('x-'))));
}

/** Those that start when a profile is asked for; without one, those that name none. */
export function servicesOf({ services }: ComposeFile, profile?: string): Map<string, Service> {
  const names = Object.entries(services).filter(([, { profiles }]) =>
    profile === undefined ? profiles === undefined : profiles?.includes(profile as 'cluster'),
  );
  return new Map(names);
}
