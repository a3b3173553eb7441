/** What a patient's browser does with the link of a message. */
const browser = {
  'user-agent':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1',
  accept: 'text/html',
};

/** @throws Error when the message holds no link to a patient page. */
export function linkIn(message: string): string {
  const [link] = /https?:\/\/\S+\/p\/[A-Za-z0-9]{16}/.exec(message) ?? [];
  if (!link) throw new Error('The message holds no link to a patient page.');
  return link;
}

export function openPage(link: string): Promise<Response> {
  return fetch(link, { headers: browser });
}

/** Types a birth date (`YYYY-MM-DD`) and presses "I have read this", or "please call me". */
export function confirmPage(
  link: string,
  birthDate: string,
  answer: 'read' | 'call' = 'read',
): Promise<Response> {
  const [year = '', month = '', day = ''] = birthDate.split('-');
  return fetch(link, {
    method: 'POST',
    headers: { ...browser, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ year, month, day, answer }),
  });
}
