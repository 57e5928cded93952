// The supergraph of the subgraphs `<room>.graphql` in the folder given, on standard output. Each room is said to be at
// its own name; docker/gateway.config.mjs sends its requests elsewhere where ZEREN_<ROOM>_URL says so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

const [folder, ...rooms] = process.argv.slice(2);
const { errors, supergraphSdl } = composeServices(
  rooms.map((name) => ({
    name,
    url: `http://${name}:8000/graphql`,
    typeDefs: parse(readFileSync(join(folder, `${name}.graphql`), 'utf8')),
  })),
);
if (errors) {
  console.error(errors.map(({ message }) => message).join('\n'));
  process.exitCode = 1;
} else {
  process.stdout.write(`# Composed from schema/sdl; write it anew with: make supergraph\n${supergraphSdl.trimEnd()}\n`);
}
