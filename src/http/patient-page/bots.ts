import type { IncomingHttpHeaders } from 'node:http';

/**
 * Programs that fetch links without anybody reading them: link previews of phones and messengers, scanners of
 * carriers and mail gateways, search engines. Their visit is no "opened" (L35). An agent that is missed here is
 * harmless: opening alone never acknowledges.
 */
const fetchers =
  /bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|telegram|slack|skype|discord|twitter|linkedin|pinterest|applebot|google(?:other|imageproxy|-safety)|bingpreview|safelinks|proofpoint|mimecast|barracuda|urlscan|virustotal|headless|curl|wget|python|java\/|go-http|okhttp|node|axios|httpclient|libwww/i;

/** True when a visit looks like a person's: a browser that shows the page, not one that loads it in advance. */
export function looksLikePerson(headers: IncomingHttpHeaders): boolean {
  const agent = headers['user-agent'] ?? '';
  const purpose = `${String(headers['purpose'] ?? '')} ${String(headers['sec-purpose'] ?? '')} ${String(headers['x-moz'] ?? '')}`;
  return agent !== '' && !fetchers.test(agent) && !/prefetch|preview|prerender/i.test(purpose);
}
