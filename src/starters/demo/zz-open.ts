import { openStateDir } from '../../embedded/state-dir.js';
import { startPostgres } from '../../embedded/postgres.js';
import pg from 'pg';
const stateDir = await openStateDir({ keepAt: process.argv[2]! });
const p = await startPostgres({ stateDir });
const c = new pg.Client({ connectionString: p.url });
await c.connect();
for (const q of process.argv.slice(3)) {
  const r = await c.query(q);
  console.log(q);
  console.table(r.rows);
}
await c.end();
await stateDir.close();
