/**
 * Completes package-lock.json with the optional platform packages that npm left out.
 *
 * A registry that does not answer for another platform's binary makes npm drop it from the lock, and `npm ci` then stops
 * with "Missing … from lock file". An entry with version, os and cpu is enough: npm skips it where it does not fit and
 * fetches it where it does. `--check` changes nothing and fails when something is missing, or when a download address
 * was written into the lock.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const check = process.argv.includes('--check');

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = name === 'fsevents' ? 'darwin' : systems.find((word) => words.includes(word));
  const cpu = processors.find((word) => words.includes(word));
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return { ...(cpu && { cpu: [cpu] }), ...(os && { os: [os] }), ...(libc && os === 'linux' && { libc: [libc] }) };
}

function isLocked(parent, name) {
  for (let at = parent; ; ) {
    const path = `${at}${at && '/'}node_modules/${name}`;
    if (lock.packages[path]) return true;
    if (!at) return false;
    const cut = at.lastIndexOf('node_modules/');
    at = cut > 0 ? at.slice(0, cut - 1) : '';
  }
}

const missing = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!isLocked(path, name)) missing.push({ name, version: range.replace(/^[\^~]/, ''), dev: entry.dev });
  }
}
const addresses = Object.entries(lock.packages).filter(([, entry]) => entry.resolved && !entry.link);

if (check) {
  for (const { name } of missing) console.error(`package-lock.json lacks ${name}: run "npm run lock".`);
  for (const [path] of addresses) console.error(`package-lock.json names a download address for ${path}.`);
  process.exit(missing.length + addresses.length > 0 ? 1 : 0);
}

for (const { name, version, dev } of missing) {
  lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev && { dev: true }), optional: true };
}
for (const [, entry] of addresses) delete entry.resolved;
const [root, ...others] = Object.entries(lock.packages);
others.sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries([root, ...others]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`Added ${missing.length} platform packages to package-lock.json.`);
