/** What a browser and the preview of a messaging app say they are. */
const agents = {
  person:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1',
  preview: 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php) Twitterbot/1.0',
} as const;

/** Opens the page behind a link, over HTTP like anybody. @throws Error with the status of any answer but 2xx. */
export async function openPage(webUrl: string, token: string, as: keyof typeof agents): Promise<void> {
  const response = await fetch(`${webUrl}/p/${token}`, { headers: { 'user-agent': agents[as] } });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`The patient page answered ${response.status}.`);
}

/**
 * Enters the birth date and presses a button of the page.
 * @throws Error when the page does not say thanks.
 */
export async function confirmPage(
  webUrl: string,
  token: string,
  birthDate: string,
  button: 'read' | 'call',
): Promise<void> {
  const [year = '', month = '', day = ''] = birthDate.split('-');
  const response = await fetch(`${webUrl}/p/${token}`, {
    method: 'POST',
    headers: { 'user-agent': agents.person, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ month, day, year, answer: button }).toString(),
  });
  const page = await response.text();
  if (!response.ok) throw new Error(`The patient page answered ${response.status}.`);
  if (!page.includes('role="status"')) throw new Error('The patient page did not take the birth date.');
}
