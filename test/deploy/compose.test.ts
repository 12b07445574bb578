import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../src/infrastructure/config.js';
import { composeFile, projectFolder, type Service, servicesOf } from './compose-file.js';

const compose = composeFile();
const all = Object.entries(compose.services);
const ours = all.filter(([, { image }]) => image.startsWith('klantwaarde:'));
const stores = all.filter(([, { image }]) => image.startsWith('eventstore/eventstore:'));
const sourceOf = (volume: string) => volume.split(':')[0] as string;

describe('docker-compose.yml', () => {
  it('starts one EventStoreDB node and one service, published on port 3000, unless a profile is asked for', () => {
    const single = servicesOf(compose);
    expect([...single.keys()].sort()).toEqual(['eventstore', 'klantwaarde']);
    expect(single.get('klantwaarde')?.ports).toEqual(['127.0.0.1:3000:3000']);
  });

  it('starts three of each behind a load balancer with the profile "cluster"', () => {
    const cluster = [...servicesOf(compose, 'cluster')];
    const count = (image: string) => cluster.filter(([, service]) => service.image.startsWith(image)).length;
    expect(count('eventstore/eventstore:')).toBe(3);
    expect(count('klantwaarde:')).toBe(3);
    expect(cluster.filter(([, { ports }]) => ports.length > 0).map(([name]) => name)).toEqual(['load-balancer']);
  });

  it('pins every image to a version', () => {
    for (const [, { image }] of all) expect(image).toMatch(/^[a-z0-9/.-]+:\d+\.\d+\.\d+(-[a-z0-9-]+)?$/);
  });

  it('tags the image that it builds with the version of the program', () => {
    const { version } = JSON.parse(readFileSync(`${projectFolder}package.json`, 'utf8'));
    for (const [, { image, build }] of ours) expect([image, build]).toEqual([`klantwaarde:${version}`, '.']);
  });

  it('publishes ports on this machine alone, each once', () => {
    const ports = all.flatMap(([, service]) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
  });

  it('runs nothing as root but what makes the certificates, and that without a network', () => {
    const asRoot = all.filter(([, { user, cap_add }]) => user.startsWith('0') || user === 'root' || cap_add.length > 0);
    expect(asRoot.map(([name, { network_mode, restart }]) => [name, network_mode, restart])).toEqual([
      ['certificates', 'none', 'no'],
    ]);
  });

  it('waits only for services of the same profile, and for health only where it is checked', () => {
    for (const [name, { depends_on, profiles }] of all) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const awaited = compose.services[other];
        expect([name, other, awaited?.profiles]).toEqual([name, other, profiles]);
        if (condition === 'service_healthy') expect([other, awaited?.healthcheck]).toEqual([other, expect.anything()]);
        else expect([other, awaited?.restart]).toEqual([other, 'no']);
      }
    }
  });

  it('checks the health of everything that stays', () => {
    for (const [name, { restart, healthcheck, build }] of all) {
      // What is built here brings its own: see the test of the Dockerfile.
      expect([name, Boolean(healthcheck && (build ?? healthcheck.test))]).toEqual([name, restart !== 'no']);
    }
  });

  it('declares the networks, volumes and secrets that are used, and no others', () => {
    const used = (of: (service: Service) => string[]) => [...new Set(all.flatMap(([, service]) => of(service)))].sort();
    expect(used(({ networks }) => networks)).toEqual(Object.keys(compose.networks).sort());
    const named = used(({ volumes }) => volumes.map(sourceOf).filter((source) => !source.startsWith('.')));
    expect(named).toEqual(Object.keys(compose.volumes).sort());
    expect(used(({ secrets }) => secrets)).toEqual(Object.keys(compose.secrets).sort());
  });

  it('mounts files of the project that are there, read-only', () => {
    const mounted = all.flatMap(([, { volumes }]) => volumes).filter((volume) => volume.startsWith('.'));
    expect(mounted.length).toBeGreaterThan(0);
    for (const volume of mounted) {
      expect([volume, existsSync(join(projectFolder, sourceOf(volume)))]).toEqual([volume, true]);
      expect(volume).toMatch(/:ro$/);
    }
  });

  it('gives each store and each service a volume of its own', () => {
    const data = [...stores, ...ours].map(([, { volumes }]) => volumes.filter((volume) => !volume.endsWith(':ro')));
    for (const own of data) expect(own).toHaveLength(1);
    expect(new Set(data.flat().map(sourceOf)).size).toBe(data.length);
  });

  it('lets only what publishes a port out of its networks', () => {
    const open = Object.entries(compose.networks).filter(([, { internal }]) => !internal);
    expect(open.map(([name]) => name)).toEqual(['edge']);
    for (const [name, { networks, ports }] of all) {
      expect([name, networks.includes('edge')]).toEqual([name, ports.length > 0]);
    }
  });

  it('shares a network between each service and the stores that its log names', () => {
    for (const [name, { depends_on, networks }] of ours) {
      for (const store of Object.keys(depends_on)) {
        const common = compose.services[store]?.networks.filter((network) => networks.includes(network));
        expect([name, store, common]).toEqual([name, store, [expect.any(String)]]);
      }
    }
  });

  it('is refused by this test with a key that Compose does not know, or an image of any version', () => {
    expect(() => composeFile((text) => text.replaceAll('read_only: true', 'readonly: true'))).toThrow(/readonly/);
    expect(() => composeFile((text) => text.replace('condition: service_healthy', 'condition: healthy'))).toThrow();
  });
});

describe('The environment of a service in docker-compose.yml', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    writeFileSync(join(folder, 'master-key'), `${Buffer.alloc(32, 7).toString('base64')}\n`);
    writeFileSync(join(folder, 'log'), secretLog());
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The connection string that deploy/README.md makes. */
  function secretLog(): string {
    const readme = readFileSync(`${projectFolder}deploy/README.md`, 'utf8');
    const made = /printf '(esdb:[^']+)'/.exec(readme)?.[1] as string;
    return made.replace('%s', 'geheim');
  }

  /** What the program makes of it, with the secrets where they are mounted. */
  const configOf = ({ environment }: Service) =>
    readConfig(
      Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, value.replace('/run/secrets/', `${folder}/`)]),
      ),
    );

  it('holds only what the program knows, with values that it takes', () => {
    const known = ['HOST', 'PORT'];
    for (const [name, service] of ours) {
      const unknown = Object.keys(service.environment).filter(
        (variable) => !known.includes(variable) && !variable.startsWith('KLANTWAARDE_'),
      );
      expect([name, unknown]).toEqual([name, []]);
      // Refuses every KLANTWAARDE_… that is none of its settings.
      expect(configOf(service)).toMatchObject({ host: '0.0.0.0', port: 3000, dataFolder: '/data' });
    }
  });

  it('would not be taken with a setting that is misspelt', () => {
    const [, service] = ours[0]!;
    const environment = { ...service.environment, KLANTWAARDE_MASTERKEY: 'x' };
    expect(() => configOf({ ...service, environment })).toThrow(ConfigError);
  });

  it('names the stores that the service waits for, over TLS unless it is alone with its store', () => {
    for (const [name, service] of ours) {
      const { log } = configOf(service);
      const [, hosts = '', query = ''] = /^esdb:\/\/(?:[^@]*@)?([^/?]+)\/?\?(.*)$/.exec(log) ?? [];
      expect(hosts.split(',').sort()).toEqual(
        Object.keys(service.depends_on)
          .sort()
          .map((store) => `${store}:2113`),
      );
      const isCluster = service.profiles?.includes('cluster');
      expect([name, new URLSearchParams(query).get('tls')]).toEqual([name, String(isCluster ?? false)]);
      const authority = new URLSearchParams(query).get('tlsCAFile');
      if (isCluster) expect(service.volumes).toContain(`ca:${authority?.replace(/\/ca\.crt$/, '')}:ro`);
    }
  });

  it('takes every secret from a file that is mounted', () => {
    for (const [name, { environment, secrets }] of ours) {
      const read = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? []);
      expect([name, read.sort()]).toEqual([name, [...secrets].sort()]);
    }
  });

  it('keeps passwords out of the file', () => {
    const text = readFileSync(`${projectFolder}docker-compose.yml`, 'utf8');
    expect(text).not.toMatch(/:\/\/[^\s/]*@/);
    for (const [, { environment }] of all) {
      expect(Object.keys(environment).filter((variable) => /PASSWORD|KEY$|TOKEN/.test(variable))).toEqual([]);
    }
  });
});

describe('The stores in docker-compose.yml', () => {
  const cluster = stores.filter(([, { profiles }]) => profiles?.includes('cluster'));

  it('are told of each other, and of themselves by the name that others reach them by', () => {
    const names = cluster.map(([name]) => name);
    for (const [name, { environment }] of cluster) {
      const others = names.filter((other) => other !== name).map((other) => `${other}:2113`);
      expect(environment.EVENTSTORE_GOSSIP_SEED?.split(',').sort()).toEqual(others.sort());
      expect(environment.EVENTSTORE_NODE_HOST_ADVERTISE_AS).toBe(name);
      expect(environment.EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS).toBe(name);
      expect(environment.EVENTSTORE_CLUSTER_SIZE).toBe(String(cluster.length));
    }
  });

  it('of the cluster have TLS, each with a certificate of its own; the single one is alone on its network with its service', () => {
    const insecure = stores.filter(([, { environment }]) => environment.EVENTSTORE_INSECURE !== undefined);
    expect(insecure.map(([name]) => name)).toEqual(['eventstore']);
    const [network] = compose.services.eventstore!.networks;
    expect(all.filter(([, { networks }]) => networks.includes(network!)).map(([name]) => name)).toEqual([
      'eventstore',
      'klantwaarde',
    ]);
    const certificates = cluster.map(([, { environment, volumes }]) => {
      const folder = /^(.+)\/node\.crt$/.exec(environment.EVENTSTORE_CERTIFICATE_FILE!)?.[1];
      expect(environment.EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE).toBe(`${folder}/node.key`);
      expect(volumes).toContain(`ca:${environment.EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH}:ro`);
      return volumes.find((volume) => volume.endsWith(`:${folder}:ro`));
    });
    expect(certificates).toEqual(cluster.map((_, index) => `certificate-${index + 1}:/etc/eventstore/certificate:ro`));
  });

  it('never see the key of the authority', () => {
    const seen = all.filter(([, { volumes }]) => volumes.some((volume) => volume.startsWith('authority:')));
    expect(seen.map(([name]) => name)).toEqual(['certificates']);
  });

  it('get their passwords from the secrets, and the server in place of the script', () => {
    const script = readFileSync(`${projectFolder}deploy/eventstore/with-passwords.sh`, 'utf8');
    for (const [, { secrets }] of cluster) {
      expect([...script.matchAll(/\/run\/secrets\/([a-z-]+)/g)].map(([, name]) => name)).toEqual(secrets);
    }
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    try {
      writeFileSync(join(folder, 'eventstore-admin-password'), 'one\n');
      writeFileSync(join(folder, 'eventstore-ops-password'), 'two\n');
      const run = script.replaceAll('/run/secrets', folder);
      const told = execFileSync('bash', ['-c', run, 'bash', 'sh', '-c', 'env'], { encoding: 'utf8' });
      expect(told).toContain('EVENTSTORE_DEFAULT_ADMIN_PASSWORD=one\n');
      expect(told).toContain('EVENTSTORE_DEFAULT_OPS_PASSWORD=two\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('The certificates for docker-compose.yml', () => {
  const script = `${projectFolder}deploy/eventstore/certificates.sh`;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'certificates-'));
    // Stands in for the vendor's tool: it tells what it was asked for.
    writeFileSync(
      join(folder, 'es-gencert-cli'),
      `#!/bin/bash
set -e
asked="$*"
while [ $# -gt 0 ]; do if [ "$1" = -out ]; then out=$2; fi; shift; done
mkdir "$out"
case $asked in create-ca*) file=ca ;; *) file=node ;; esac
echo "$asked" >"$out/$file.crt"
echo "$RANDOM$RANDOM" >"$out/$file.key"
`,
      { mode: 0o755 },
    );
    for (const name of ['authority', 'ca', 'eventstore-1', 'eventstore-2', 'eventstore-3']) {
      execFileSync('mkdir', ['-p', join(folder, 'made', name)]);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = () => {
    const owner = `${process.getuid?.()}:${process.getgid?.()}`;
    const env = { PATH: `${folder}:${process.env.PATH}`, CERTIFICATES: join(folder, 'made'), OWNER: owner };
    execFileSync('bash', [script], { env });
  };
  const read = (path: string) => readFileSync(join(folder, 'made', path), 'utf8');

  it('are made for the names of the stores, in the volumes that these mount', () => {
    run();
    const { volumes } = compose.services.certificates!;
    for (const [index, name] of ['eventstore-1', 'eventstore-2', 'eventstore-3'].entries()) {
      expect(read(`${name}/node.crt`)).toContain(`-dns-names ${name},localhost`);
      expect(volumes).toContain(`certificate-${index + 1}:/certificates/${name}`);
    }
    expect(existsSync(join(folder, 'made/ca/ca.key'))).toBe(false);
    expect(read('ca/ca.crt')).toBe(read('authority/ca.crt'));
  });

  it('stay what they are when it runs again', () => {
    run();
    const keys = () => ['authority/ca.key', 'eventstore-1/node.key', 'eventstore-3/node.key'].map(read);
    const before = keys();
    run();
    expect(keys()).toEqual(before);
  });
});

describe('The load balancer of docker-compose.yml', () => {
  const text = readFileSync(`${projectFolder}deploy/haproxy/haproxy.cfg`, 'utf8');
  const sections = new Map(
    text
      .replaceAll(/^\s*#.*$/gm, '')
      .split(/^(?=(?:global|defaults|frontend|backend|resolvers)\b)/m)
      .map((section) => {
        const [head = '', ...lines] = section.trim().split('\n');
        return [head.trim(), lines.map((line) => line.trim()).filter(Boolean)] as const;
      }),
  );
  const cluster = ours.filter(([, { profiles }]) => profiles?.includes('cluster'));

  it('spreads over all services of the cluster, at the port that they listen at', () => {
    const expected = cluster.map(([name, { environment }]) => `server ${name} ${name}:${environment.PORT}`);
    for (const backend of ['backend ready', 'backend alive']) {
      expect(sections.get(backend)?.filter((line) => line.startsWith('server '))).toEqual(expected);
    }
    const { networks } = compose.services['load-balancer']!;
    for (const [, service] of cluster)
      expect(service.networks.some((network) => networks.includes(network))).toBe(true);
  });

  it('asks the ready ones by their readiness, and any that lives when none is ready', () => {
    expect(sections.get('backend ready')).toContain('option httpchk GET /api/v1/health/ready');
    expect(sections.get('backend alive')).toContain('option httpchk GET /api/v1/health/live');
    expect(sections.get('frontend public')).toEqual([
      'bind :8080',
      'default_backend ready',
      'use_backend alive if { nbsrv(ready) lt 1 }',
    ]);
  });

  it('listens at the port that is published, and answers its own health check', () => {
    const { ports, healthcheck } = compose.services['load-balancer']!;
    expect(sections.get('frontend public')).toContain(`bind :${ports[0]?.split(':').at(-1)}`);
    const [address, path] = /http:\/\/([^/]+)(\/.*)/.exec(healthcheck!.test!.at(-1)!)!.slice(1);
    expect(sections.get('frontend itself')).toEqual([`bind ${address}`, `monitor-uri ${path}`]);
  });

  it('never sends a request twice that a service may have got', () => {
    expect(sections.get('defaults')).toContain('retry-on conn-failure');
    expect(text.match(/retry-on/g)).toHaveLength(1);
  });
});
