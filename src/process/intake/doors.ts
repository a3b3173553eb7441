import { readFile } from 'node:fs/promises';
import { watchFolder, type WatchedFolder } from '../../intake/folder/watch.js';
import { listenMllp, type MllpEvent, type MllpServer } from '../../intake/mllp/index.js';
import type { SourceConfig } from '../../domain/practice/source.js';
import { raiseAlarm } from '../../store/inbound.js';
import { loadPractice } from '../../store/practices.js';
import { findSource, listSources } from '../../store/sources.js';
import { keepTransmission } from '../../store/transmissions.js';
import { AlarmOnce } from './alarm-once.js';
import { Hl7Receiver, type Door } from './hl7-door.js';
import { TransmissionProcessor } from './processor.js';
import { Quarantine } from './quarantine.js';
import type { IntakePort } from './port.js';

/** How often configuration and quarantine are looked at, real time: a laboratory that is added is heard within it. */
const lookMs = 2_000;

interface OpenDoor {
  readonly config: string;
  readonly at: string;
  readonly close: () => Promise<void>;
}

export interface OpenDoors {
  readonly sourceId: string;
  /** `mllp 127.0.0.1:2575`, `folder`. */
  readonly at: string;
}

export interface IntakeOptions {
  /** Folder of the quarantine on this machine. */
  readonly quarantineFolder: string;
}

/**
 * Everything that takes in results besides athenahealth: MLLP listeners and watched folders as the source inventory says,
 * and the processor of what is stored. A source that is added, changed or switched off is followed without a restart.
 */
export class Intake {
  readonly processor: TransmissionProcessor;
  readonly hl7: Hl7Receiver;
  private readonly quarantine: Quarantine;
  private readonly alarms: AlarmOnce;
  private readonly doors = new Map<string, OpenDoor>();
  /** Doors that cannot be opened, and why. */
  private readonly shut = new Map<string, string>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly port: IntakePort,
    options: IntakeOptions,
  ) {
    this.processor = new TransmissionProcessor(port);
    this.quarantine = new Quarantine(options.quarantineFolder, port.store.cipher);
    this.alarms = new AlarmOnce(port);
    this.hl7 = new Hl7Receiver(port, this.quarantine, () => this.processor.wake());
  }

  /** Opens every door and processes what an earlier process left. A door that cannot be opened is tried again. */
  async start(): Promise<readonly OpenDoors[]> {
    this.processor.start();
    await this.look();
    this.timer = setInterval(() => void this.look(), lookMs);
    return this.open();
  }

  /** What is open now. */
  open(): readonly OpenDoors[] {
    return [...this.doors].map(([key, door]) => ({ sourceId: key.split('/')[1] ?? key, at: door.at }));
  }

  /** Closes every door after the message that is being stored; then the processor stops. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.looking;
    await Promise.all([...this.doors.values()].map((door) => door.close()));
    this.doors.clear();
    await this.processor.stop();
  }

  private look(): Promise<void> {
    return (this.looking ??= this.follow()
      .catch((err: unknown) =>
        this.port.log.error({ err }, 'the source inventory could not be read; open doors stay open'),
      )
      .finally(() => {
        this.looking = null;
      }));
  }

  private async follow(): Promise<void> {
    const wanted = new Map(
      (await listSources(this.port.store))
        .filter(({ config }) => config.active && config.receiver.via !== 'http')
        .map((source) => [`${source.practiceId}/${source.config.id}`, source]),
    );
    for (const [key, door] of this.doors) {
      const source = wanted.get(key);
      if (source && JSON.stringify(source.config) === door.config) continue;
      await door.close();
      this.doors.delete(key);
    }
    for (const [key, { practiceId, config }] of wanted) {
      if (this.doors.has(key)) continue;
      const practice = await loadPractice(this.port.store, practiceId);
      try {
        this.doors.set(key, await this.openDoor({ practice, source: config }));
        this.shut.delete(key);
      } catch (err) {
        this.sayOnce(key, err, config.id);
        await this.alarms.raise(practice, config.id, 'door-closed');
      }
    }
    await this.emptyQuarantine();
  }

  /** It is tried every few seconds; said is what is new. */
  private sayOnce(key: string, err: unknown, source: string): void {
    const why = String(err);
    if (this.shut.get(key) === why) return;
    this.shut.set(key, why);
    this.port.log.error({ err, source }, 'a door cannot be opened; it is tried again');
  }

  private async openDoor(door: Door): Promise<OpenDoor> {
    const { receiver } = door.source;
    const config = JSON.stringify(door.source);
    if (receiver.via === 'folder') {
      const watched = await this.openFolder(door, receiver);
      return { config, at: 'folder', close: () => watched.close() };
    }
    if (receiver.via === 'http') throw new Error('HTTP sources have one door for all.');
    const server = await this.openMllp(door, receiver);
    return { config, at: `mllp ${receiver.host}:${server.port}`, close: () => server.close() };
  }

  private async openMllp(
    door: Door,
    receiver: Extract<SourceConfig['receiver'], { via: 'mllp' }>,
  ): Promise<MllpServer> {
    const { tls } = receiver;
    return listenMllp({
      host: receiver.host,
      port: receiver.port,
      allow: receiver.allow,
      limits: { maxConnections: receiver.maxConnections },
      ...(tls && {
        tls: {
          key: await readFile(tls.key),
          cert: await readFile(tls.cert),
          ...(tls.ca !== undefined && { ca: await readFile(tls.ca) }),
          ...(tls.clientNames && { clientNames: tls.clientNames }),
        },
      }),
      receive: async (message) => {
        const { bytes, isHl7 } = await this.hl7.receive(door, message);
        return { bytes, close: !isHl7 };
      },
      refuseTooLarge: async (head) => {
        const { bytes } = await this.hl7.refuseTooLarge(door, head);
        return { bytes, close: true };
      },
      onEvent: (event) => this.noticed(door, event),
    });
  }

  private openFolder(
    door: Door,
    receiver: Extract<SourceConfig['receiver'], { via: 'folder' }>,
  ): Promise<WatchedFolder> {
    const { practice, source } = door;
    return watchFolder({
      path: receiver.path,
      after: receiver.after,
      receive: async (bytes) => {
        if (source.format === 'hl7v2')
          return (await this.hl7.receive(door, bytes)).code === 'error' ? 'failed' : 'kept';
        await keepTransmission(this.port.store, { practice, source, body: bytes, envelope: null });
        this.processor.wake();
        return 'kept';
      },
      onEvent: (event) => {
        this.port.log.warn({ source: source.id, ...event }, 'a file of a watched folder was not taken');
        if (event.kind === 'too-large') void this.alarms.raise(practice, source.id, 'message-too-large');
      },
    });
  }

  /** Who is refused, and what is broken, is an alarm; the daily noise of a network only a line in the log. */
  private noticed({ practice, source }: Door, event: MllpEvent): void {
    const { kind } = event;
    this.port.metrics.inbound(`mllp-${kind}`);
    if (kind === 'idle' || kind === 'too-large') return;
    this.port.log.warn({ source: source.id, ...event }, 'MLLP');
    if (kind === 'address-refused' || kind === 'certificate-refused' || kind === 'too-many-connections')
      void this.alarms.raise(practice, source.id, kind);
  }

  /** What was kept aside goes where it belongs as soon as the record takes it. */
  private async emptyQuarantine(): Promise<void> {
    const { store, log } = this.port;
    try {
      const emptied = await this.quarantine.empty(async ({ practiceId, sourceId, body }) => {
        const practice = await loadPractice(store, practiceId);
        const source = await findSource(store, practiceId, sourceId);
        if (!source) throw new Error('the source of a message that was kept aside is gone');
        const { id } = await keepTransmission(store, {
          practice,
          source: source.config,
          body,
          envelope: null,
        });
        await raiseAlarm(store, practice, `quarantined/${id}`, 'message-quarantined');
      });
      if (emptied > 0) this.processor.wake();
    } catch (err) {
      log.error({ err }, 'messages that were kept aside still wait');
    }
  }
}
