// Called by build.sh in the folder that has node_modules: copies the sources there, makes the API's
// types from docs/spec/openapi.json, checks all types, bundles one page and compresses it.
import { execFileSync } from 'node:child_process';
import {
  cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const [source, page, out] = process.argv.slice(2);
function tool(name, ...args) {
  try {
    const program = join('node_modules', name);
    execFileSync(process.execPath, [program, ...args], { stdio: ['ignore', 2, 2] });
  } catch {
    console.error(`web: ${name} refused the sources of ${source}, see above`);
    process.exit(1);
  }
}

const description = join(source, '..', 'docs', 'spec', 'openapi.json');
const folders = ['shared', 'app', 'console', 'desk', 'screen']
  .filter((folder) => existsSync(join(source, folder)));
for (const folder of folders) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(source, folder), folder, { recursive: true });
}
for (const file of ['tsconfig.json', 'vite.config.mjs', 'package.json']) {
  cpSync(join(source, file), file);
}

// Once per state of the sources, not once per page.
const hash = createHash('sha256').update(readFileSync(description));
for (const folder of folders) {
  for (const file of readdirSync(folder, { recursive: true }).sort()) {
    if (/\.tsx?$/.test(file)) hash.update(file).update(readFileSync(join(folder, file)));
  }
}
const state = hash.digest('hex');
const types = join('shared', 'openapi.d.ts');
const kept = join('checked', state + '.d.ts');
if (existsSync(kept)) {
  cpSync(kept, types);
} else {
  tool('openapi-typescript/bin/cli.js', description, '-o', types);
  tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json');
  rmSync('checked', { recursive: true, force: true });
  mkdirSync('checked');
  cpSync(types, kept);
}

rmSync(out, { recursive: true, force: true });
tool('vite/bin/vite.js', 'build', page, '--config', 'vite.config.mjs', '--outDir', out,
  '--logLevel', 'warn');
for (const file of readdirSync(out)) {
  if (!/\.(js|css|html|svg|webmanifest)$/.test(file)) continue;
  writeFileSync(join(out, file + '.gz'), gzipSync(readFileSync(join(out, file)), { level: 9 }));
}
