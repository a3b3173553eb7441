import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newLinkToken } from '../../src/security/tokens.js';
import type { HttpAnswer } from './loopback.js';
import { WebDesk, type SentNotice } from './web-desk.js';

const day = 24 * 3_600_000;
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1';

let web: WebDesk;
beforeAll(async () => void (web = await WebDesk.open()), 60_000);
afterAll(() => web.close());
beforeEach(() => {
  web.isTemporalAway = false;
  web.told.length = 0;
});

function open(token: string, headers: Record<string, string> = {}, method = 'GET'): Promise<HttpAnswer> {
  return web.send({ method, url: `/p/${token}`, headers: { 'user-agent': iphone, ...headers } });
}

/** The birth date of every patient here is 19 July 1968. */
function answer(
  token: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const form = { month: '7', day: '19', year: '1968', answer: 'read', ...fields };
  return web.send({
    method: 'POST',
    url: `/p/${token}`,
    headers: { 'user-agent': iphone, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  });
}

const told = async ({ resultId }: SentNotice) => {
  await web.settle();
  return web.told.filter((t) => t.of === resultId).map((t) => t.what);
};

describe('what is shown', () => {
  test('in the language of the message; no name, no result, no number; the portal and the practice’s phone', async () => {
    for (const [language, lang, words] of [
      ['eng', 'en', ['Your birth date', 'I have read this', 'Please call me']],
      ['spa', 'es', ['Su fecha de nacimiento', 'Ya lo leí', 'Por favor llámenme']],
    ] as const) {
      const notice = await web.notice({ language });
      const page = await open(notice.token);
      expect(page.status).toBe(200);
      expect(page.body).toContain(`<html lang="${lang}">`);
      for (const word of words) expect(page.body).toContain(word);
      expect(page.body).toContain('https://portal.riverside.example');
      expect(page.body).toContain('617-555-0142');
      const shown = [page.body, (await answer(notice.token)).body, JSON.stringify(page.headers)].join();
      expect(shown).not.toMatch(/Dana|Testwell|1968|otassium|5\.6|555-?01(?!42)\d\d/);
    }
  });

  test('nothing of it is kept, framed, loaded from elsewhere or told to where its links lead', async () => {
    const { token } = await web.notice();
    const { headers, body } = await open(token);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'") as unknown,
    });
    expect(headers['set-cookie']).toBeUndefined();
    expect(body).not.toMatch(/<script|<img|<link|src=/);
  });

  test('the link is a random token: no patient, result or notice is in it, and the database holds only its hash', async () => {
    const notice = await web.notice();
    expect(notice.token).toMatch(/^[0-9A-Za-z]{16}$/);
    const row = await web.noticeRow(notice.id);
    expect(JSON.stringify(row)).not.toContain(notice.token);
    await open(notice.token);
    await answer(notice.token);
    const kept = await web.store.db.selectFrom('inbound').selectAll().execute();
    expect(JSON.stringify(kept)).not.toContain(notice.token);
  });
});

describe('L35: opened', () => {
  test('is the first visit of a person, once, and acknowledges nothing', async () => {
    const notice = await web.notice();
    await open(notice.token);
    await open(notice.token);
    expect(await told(notice)).toEqual(['opened']);
    expect(await web.noticeRow(notice.id)).toMatchObject({
      opened_at: expect.any(Number) as unknown,
      acknowledged_at: null,
    });
  });

  test('is no preview, prefetch, scanner, HEAD or a program without a name', async () => {
    const notice = await web.notice();
    const visits: Record<string, string>[] = [
      { 'user-agent': `${iphone} facebookexternalhit/1.1 Facebot Twitterbot/1.0` },
      { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
      { 'user-agent': 'WhatsApp/2.23.20.0' },
      { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/126.0 Safari/537.36' },
      { 'user-agent': 'curl/8.5.0' },
      { 'user-agent': '' },
      { purpose: 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { 'x-moz': 'prefetch' },
    ];
    for (const headers of visits) {
      const page = await open(notice.token, headers);
      expect([page.status, page.body.includes('I have read this')]).toEqual([200, true]);
    }
    const head = await open(notice.token, {}, 'HEAD');
    expect([head.status, head.body]).toEqual([200, '']);
    expect(await told(notice)).toEqual([]);
    expect(await web.noticeRow(notice.id)).toMatchObject({ opened_at: null });
  });
});

describe('L35: confirmed', () => {
  test('is birth date and button, once; what the patient was told is said with it', async () => {
    const notice = await web.notice();
    const page = await answer(notice.token);
    expect([page.status, page.body.includes('Your care team knows that you have read')]).toEqual([200, true]);
    await answer(notice.token);
    expect(await told(notice)).toEqual(['confirmed']);
    expect(web.toldOf(notice.resultId)).toEqual([
      expect.objectContaining({ wantsCall: false, told: 1, id: `${notice.id}/confirmed/read` }),
    ]);
    expect((await web.noticeRow(notice.id)).acknowledged_at).not.toBeNull();
  });

  test('"please call me" asks for a call and acknowledges nothing', async () => {
    const notice = await web.notice({ language: 'spa' });
    expect((await answer(notice.token, { answer: 'call' })).body).toContain('le llamará');
    expect(await told(notice)).toEqual(['confirmed']);
    expect(web.toldOf(notice.resultId)).toEqual([expect.objectContaining({ wantsCall: true })]);
    expect(await web.noticeRow(notice.id)).toMatchObject({ acknowledged_at: null });
  });

  test('"please call me" on another day is asked for again; pressed twice it is one wish', async () => {
    const notice = await web.notice();
    await answer(notice.token, { answer: 'call' });
    await answer(notice.token, { answer: 'call' });
    web.desk.goTo(web.desk.store.realNow() + 24 * 3_600_000);
    await answer(notice.token, { answer: 'call' });
    await web.settle();
    const asked = web.toldOf(notice.resultId) as readonly { readonly id: string }[];
    expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
  });

  test('L25: after "we tried to reach you" it says that nothing was told', async () => {
    const notice = await web.notice({ purpose: 'tried-to-reach' });
    await answer(notice.token);
    await web.settle();
    expect(web.toldOf(notice.resultId)).toEqual([expect.objectContaining({ told: null })]);
  });

  test('is stored before it is answered: without Temporal the patient is thanked and nothing is lost', async () => {
    const notice = await web.notice();
    web.isTemporalAway = true;
    expect((await open(notice.token)).status).toBe(200);
    expect((await answer(notice.token)).body).toContain('Thank you');
    expect(await told(notice)).toEqual([]);
    web.isTemporalAway = false;
    await web.pass(60_000);
    expect((await told(notice)).sort()).toEqual(['confirmed', 'opened']);
  });
});

describe('guessing', () => {
  test('five wrong birth dates lock the page, also for the right one; a right one before does not count', async () => {
    const notice = await web.notice();
    expect((await answer(notice.token)).body).toContain('Thank you');
    const wrongOnes: Record<string, string>[] = [
      { day: '20' },
      { month: '2', day: '31' },
      { year: '68' },
      { answer: 'yes' },
    ];
    for (const wrong of wrongOnes) {
      const page = await answer(notice.token, wrong);
      expect([wrong, page.body.includes('That does not match')]).toEqual([wrong, true]);
    }
    expect((await answer(notice.token, { day: '1' })).body).toContain('locked');
    expect((await answer(notice.token)).body).toContain('locked');
    const page = await open(notice.token);
    expect([page.body.includes('locked'), page.body.includes('<form')]).toEqual([true, false]);
    expect(await told(notice)).toEqual(['confirmed', 'opened']);
  });

  test('a hundred at the same moment are no more than five', async () => {
    const notice = await web.notice();
    const guesses = [...Array(100).keys()].map((i) =>
      answer(notice.token, { year: String(1901 + i), ...(i === 99 && { year: '1968' }) }),
    );
    const pages = await Promise.all(guesses);
    expect(pages.filter((p) => p.body.includes('That does not match')).length).toBeLessThanOrEqual(4);
    expect(pages.filter((p) => p.body.includes('Thank you')).length).toBeLessThanOrEqual(1);
    expect(await web.noticeRow(notice.id)).toMatchObject({ page_tries: 5 });
  });

  test('every comparison is on the access record', async () => {
    const before = await web.store.db.selectFrom('access').select('id').execute();
    const notice = await web.notice();
    await answer(notice.token, { day: '1' });
    await answer(notice.token);
    const after = await web.store.db.selectFrom('access').selectAll().execute();
    expect(after.slice(before.length).map((a) => [a.actor, a.what])).toEqual(
      Array(2).fill(['patient-page', 'birth-date-compared']),
    );
  });
});

describe('a link that is over', () => {
  test('withdrawn or three months old: says so in the patient’s language with whom to call, and takes no answer', async () => {
    const withdrawn = await web.notice({ language: 'spa' });
    await web.store.db
      .updateTable('notice')
      .set({ state: 'withdrawn' })
      .where('id', '=', withdrawn.id)
      .execute();
    const old = await web.notice({ language: 'spa' });
    await web.store.db
      .updateTable('notice')
      .set({ sent_at: web.store.realNow() - 91 * day })
      .where('id', '=', old.id)
      .execute();
    for (const notice of [withdrawn, old])
      for (const page of [await open(notice.token), await answer(notice.token)]) {
        expect(page.status).toBe(410);
        expect(page.body).toContain('Este enlace ya no está en uso');
        expect(page.body).toContain('617-555-0142');
        expect(page.body).not.toContain('<form');
      }
    expect([...(await told(withdrawn)), ...(await told(old))]).toEqual([]);
  });

  test('never ours: looks the same whether it could be a token or not, in the browser’s language', async () => {
    for (const token of [newLinkToken(), 'x', 'robots.txt', '0'.repeat(90)]) {
      const page = await open(token, { 'accept-language': 'es-MX,es;q=0.9,en;q=0.8' });
      expect([page.status, page.body.includes('Este enlace ya no')]).toEqual([404, true]);
      expect((await answer(token)).status).toBe(404);
      expect((await open(token)).body).toContain('This link is no longer in use');
    }
  });
});
