import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { steadyClock } from '../../src/domain/calendar/clock-map.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { startPostgres } from '../../src/embedded/postgres.js';
import { openStateDir } from '../../src/embedded/state-dir.js';
import { BlindIndex } from '../../src/security/blind-index.js';
import { FieldCipher } from '../../src/security/field-cipher.js';
import { generateKeyRing, KeyRing } from '../../src/security/key-ring.js';
import { migrate, openDatabase } from '../../src/store/database.js';
import { importPractice, loadPractice, type Practice } from '../../src/store/practices.js';
import { putSource } from '../../src/store/sources.js';
import type { Store } from '../../src/store/store.js';
import { monday9, roster } from '../starters/desk-practice.js';
import { labSource } from './source.js';

/** A practice on a database that other processes can open as well. */
export interface OwnPractice {
  readonly store: Store;
  readonly practice: Practice;
  readonly env: Record<string, string>;
  /** Folder for what the test writes. */
  readonly folder: string;
  close(): Promise<void>;
}

export async function openOwnPractice(): Promise<OwnPractice> {
  const stateDir = await openStateDir();
  const postgres = await startPostgres({ stateDir });
  const db = openDatabase(postgres.url);
  await migrate(db);
  const keys = generateKeyRing();
  const ring = new KeyRing(keys);
  const store: Store = {
    db,
    ring,
    cipher: new FieldCipher(ring),
    index: new BlindIndex(ring),
    realNow: Date.now,
  };
  await importPractice(store, {
    id: 'riverside',
    athenaPracticeId: '195901',
    name: 'Riverside Family Medicine',
    clock: steadyClock(Date.now(), monday9, 1),
    goLiveAt: Date.parse('2026-01-05T05:00:00Z'),
    settings: {
      zone: 'America/New_York',
      phone: '+16175550142',
      schedulingLink: 'https://book.riverside.example',
      publicBaseUrl: 'https://results.riverside.example',
      portalUrl: 'https://portal.riverside.example',
    },
    roster,
    ruleSet: signedStarterRules('Dr. Helene Wirth', '2026-01-05'),
    connections: {
      athenahealth: { baseUrl: 'http://127.0.0.1:1', clientId: 'c', clientSecret: 's' },
      twilio: { accountSid: 'AC', authTokens: ['t'], messagingServiceSid: 'MG' },
      spruce: { baseUrl: 'http://127.0.0.1:1', token: 't', internalEndpointId: 'e', webhookSecrets: ['w'] },
    },
  });
  const practice = await loadPractice(store, 'riverside');
  await putSource(store, practice, labSource);
  return {
    store,
    practice,
    folder: stateDir.path,
    env: {
      DATABASE_URL: postgres.url,
      RESULTLOOP_KEYS: JSON.stringify(keys),
      QUARANTINE: join(stateDir.path, 'quarantine'),
    },
    async close() {
      await db.destroy();
      await stateDir.close();
    },
  };
}

/** Runs `mllp-part.ts` and waits for its port. */
export async function spawnDoor(
  env: Record<string, string>,
): Promise<{ child: ChildProcess; port: number; ended: Promise<NodeJS.Signals | null> }> {
  const part = join(import.meta.dirname, 'mllp-part.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', part], {
    env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal)),
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { port: number };
    return { child, port: said.port, ended };
  }
  throw new Error('the door did not open');
}
