import { describe, expect, test } from '@jest/globals';
import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import Fastify from 'fastify';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { temporalLogger } from '../../src/observability/temporal-logger.js';

const PLANTED = 'Zelenka Planterova';

function capture(level = 'trace') {
  const lines: string[] = [];
  const logger = createLogger('test', { level, destination: { write: (line) => void lines.push(line) } });
  return {
    logger,
    text: () => lines.join(''),
    last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>,
  };
}

function plantedError(): Error {
  const root = ApplicationFailure.nonRetryable(`no account for\n ${PLANTED}`, 'NoAccount', { name: PLANTED });
  return new ActivityFailure(
    `failed for ${PLANTED}`,
    'sendText',
    'a1',
    RetryState.NON_RETRYABLE_FAILURE,
    'w',
    root,
  );
}

describe('log of the Temporal SDK', () => {
  test('what is said at every start of a queue without workflows is no warning', () => {
    const { logger, last } = capture();
    temporalLogger(logger).warn('No workflows registered, not polling for workflow tasks');
    expect(last()).toMatchObject({ level: 'debug' });
    temporalLogger(logger).warn('Something else');
    expect(last()).toMatchObject({ level: 'warn' });
  });

  test('a failed workflow leaves its ids and failure types in the log, and no trace of the planted name', () => {
    const { logger, text, last } = capture();
    const sdk = temporalLogger(logger);
    const error = plantedError();
    const meta = {
      workflowId: 'result/1',
      runId: 'r',
      workflowType: 'labResult',
      sdkComponent: 'worker',
      attempt: 2,
    };

    sdk.warn('Workflow failed', { ...meta, error, args: [PLANTED], memo: { name: PLANTED } });
    expect(last()).toMatchObject({
      level: 'warn',
      msg: 'Workflow failed',
      ...meta,
      failure: 'ActivityFailure < ApplicationFailure:NoAccount',
    });
    expect(last()).not.toHaveProperty('args');

    // What arrives from the workflow's thread: class and type are gone, message and stack are not.
    sdk.warn('Workflow failed', { ...meta, error: structuredClone(error) });
    expect(last()).toMatchObject({ failure: 'ActivityFailure < ApplicationFailure' });

    sdk.error(`Error while processing ActivityTask.start: ${error.message}`, { ...meta, error });
    expect(last().msg).toBe('Error while processing ActivityTask.start');
    sdk.error(`Workflow Worker Thread failed: ${String(error)}`, error as never);
    sdk.log('INFO', `activity gave up: ${error.message}`, { sdkComponent: 'activity', error });
    sdk.error(`Failed\n${PLANTED}`);
    expect(text()).not.toMatch(/zelenka|planterova/i);
  });
});

describe('log of our own', () => {
  test('messages of foreign errors, known keys and URLs never reach a line', async () => {
    const { logger, text, last } = capture();
    const foreign = new SyntaxError(`Unexpected token in "${PLANTED}"`, { cause: new Error(PLANTED) });
    logger.error(foreign);
    expect(last()).toMatchObject({ msg: '[message withheld]', err: { type: 'SyntaxError' } });
    logger.error({ err: foreign }, `cannot parse: ${foreign.message}`);
    logger.error({ error: plantedError() });
    logger.info({ name: PLANTED, to: '+16175550142', result: { patient: { name: PLANTED } } }, 'a mistake');
    logger.info({ a: { b: { givenName: PLANTED } } }, 'a deep mistake');
    logger.child({ familyName: PLANTED }).info('bound');

    const app = Fastify({ loggerInstance: logger });
    app.get('/p/:token', () => {
      throw new Error(`no such patient ${PLANTED}`);
    });
    const base = await app.listen({ host: '127.0.0.1', port: 0, listenTextResolver: () => 'listening' });
    expect((await fetch(`${base}/p/S3cretS3cretS3cr?name=Zelenka`)).status).toBe(500);
    await app.close();

    expect(text()).not.toMatch(/zelenka|planterova|5550142|S3cret/i);
    expect(text()).toContain('/p/:token');
  });

  test('our own errors keep their message, because it says what to do; system errors too', () => {
    const { logger, last } = capture();
    logger.warn(Object.assign(new Error('Set RESULTLOOP_KEYS.'), { code: 'key-ring-missing' }));
    expect(last()).toMatchObject({ msg: 'Set RESULTLOOP_KEYS.', err: { code: 'key-ring-missing' } });
    const system = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    logger.warn({ err: system }, 'no database');
    expect(last()).toMatchObject({ component: 'test', err: { message: system.message } });
  });

  test('LOG_LEVEL decides what is written', () => {
    const { logger, text } = capture('warn');
    logger.info('quiet');
    logger.warn('loud');
    expect([text().includes('quiet'), text().includes('loud')]).toEqual([false, true]);
  });
});

describe('metrics', () => {
  test('labels are codes: an id, number or sentence is counted as "other"', async () => {
    const metrics = createMetrics();
    metrics.resultDetected('critical');
    metrics.vendorCall('twilio', 'message.create', 'answered', 120);
    metrics.effect('text', 'confirmed');
    metrics.inbound('+16175550142');
    metrics.textSent(PLANTED);
    metrics.setOpenResults({ critical: 2 });
    metrics.taskCreated(1_500);
    const text = await metrics.registry.metrics();
    expect(text).toContain('resultloop_results_detected_total{tier="critical"} 1');
    expect(text).toContain(
      'resultloop_vendor_calls_total{vendor="twilio",operation="message.create",outcome="answered"} 1',
    );
    expect(text).toContain('resultloop_inbound_total{kind="other"} 1');
    expect(text).toContain('resultloop_open_results{tier="normal"} 0');
    expect(text).toContain('resultloop_detection_to_task_seconds_sum 1.5');
    expect(text).not.toMatch(/Zelenka|5550142/);
  });
});
