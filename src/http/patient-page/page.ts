/** The patient's page in both languages. No script, no name, no result: what it says holds for everybody. */

export type PageLanguage = 'eng' | 'spa';

export type PageView =
  | { readonly kind: 'ask'; readonly token: string; readonly wrong: boolean }
  | { readonly kind: 'thanks'; readonly wantsCall: boolean }
  | { readonly kind: 'locked' }
  | { readonly kind: 'gone' };

export interface PagePractice {
  readonly name: string;
  readonly phone: string;
  readonly portalUrl: string;
}

const words = {
  eng: {
    lang: 'en',
    title: 'A message from your care team',
    intro:
      'Your care team has a message for you. To confirm that it reached the right person, enter your birth date.',
    legend: 'Your birth date',
    month: 'Month',
    day: 'Day',
    year: 'Year',
    read: 'I have read this',
    call: 'Please call me',
    wrong: 'That does not match. Please check the birth date and try again.',
    thanks: 'Thank you. Your care team knows that you have read the message.',
    thanksCall: 'Thank you. Your care team will call you.',
    portal: 'See your results in the patient portal',
    first: 'Read it in the patient portal first:',
    open: 'open the portal',
    locked: 'This page is locked after several tries. Please call us.',
    gone: 'This link is no longer in use. Please call us if you have a question.',
    questions: 'Questions? Call',
    emergency: 'In an emergency call 911.',
  },
  spa: {
    lang: 'es',
    title: 'Un mensaje de su equipo de salud',
    intro:
      'Su equipo de salud tiene un mensaje para usted. Para confirmar que llegó a la persona correcta, escriba su fecha de nacimiento.',
    legend: 'Su fecha de nacimiento',
    month: 'Mes',
    day: 'Día',
    year: 'Año',
    read: 'Ya lo leí',
    call: 'Por favor llámenme',
    wrong: 'No coincide. Revise la fecha de nacimiento e intente otra vez.',
    thanks: 'Gracias. Su equipo de salud sabe que usted leyó el mensaje.',
    thanksCall: 'Gracias. Su equipo de salud le llamará.',
    portal: 'Ver sus resultados en el portal del paciente',
    first: 'Léalo primero en el portal del paciente:',
    open: 'abrir el portal',
    locked: 'Esta página está bloqueada después de varios intentos. Por favor llámenos.',
    gone: 'Este enlace ya no está en uso. Por favor llámenos si tiene preguntas.',
    questions: '¿Preguntas? Llame al',
    emergency: 'En una emergencia llame al 911.',
  },
} as const;

/** Renders the page. Everything that comes from outside is escaped. */
export function renderPage(language: PageLanguage, practice: PagePractice | null, view: PageView): string {
  const w = words[language];
  return `<!doctype html>
<html lang="${w.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${w.title}</title><style>${style}</style></head>
<body><main>${practice ? `<p class="practice">${escape(practice.name)}</p>` : ''}<h1>${w.title}</h1>
${content(language, practice, view)}
${practice ? `<p class="foot">${w.questions} <a href="tel:${escape(practice.phone)}">${escape(practice.phone)}</a>. ${w.emergency}</p>` : ''}
</main></body></html>`;
}

function content(language: PageLanguage, practice: PagePractice | null, view: PageView): string {
  const w = words[language];
  switch (view.kind) {
    case 'ask':
      return `<p>${w.intro}</p>
${practice ? `<p>${w.first} <a href="${escape(practice.portalUrl)}" rel="noreferrer" target="_blank">${w.open}</a>.</p>` : ''}${view.wrong ? `<p class="wrong" role="alert">${w.wrong}</p>` : ''}
<form method="post" action="/p/${escape(view.token)}" autocomplete="off">
<fieldset><legend>${w.legend}</legend>
<label>${w.month}<input name="month" inputmode="numeric" pattern="[0-9]{1,2}" maxlength="2" size="2" required></label>
<label>${w.day}<input name="day" inputmode="numeric" pattern="[0-9]{1,2}" maxlength="2" size="2" required></label>
<label>${w.year}<input name="year" inputmode="numeric" pattern="[0-9]{4}" maxlength="4" size="4" required></label>
</fieldset>
<button name="answer" value="read">${w.read}</button>
<button name="answer" value="call" class="second">${w.call}</button>
</form>`;
    case 'thanks':
      return `<p role="status">${view.wantsCall ? w.thanksCall : w.thanks}</p>
${practice ? `<p><a class="portal" href="${escape(practice.portalUrl)}" rel="noreferrer">${w.portal}</a></p>` : ''}`;
    case 'locked':
      return `<p role="alert">${w.locked}</p>`;
    case 'gone':
      return `<p>${w.gone}</p>`;
    default:
      return view satisfies never;
  }
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const style = `body{margin:0;background:#f4f6f8;color:#1c2733;font:1.125rem/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:0 auto;padding:1.5rem;background:#fff;min-height:100vh;box-sizing:border-box}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem}.practice{margin:0;color:#44515e}
fieldset{border:1px solid #8a97a3;border-radius:.5rem;padding:1rem;display:flex;gap:1rem;flex-wrap:wrap;margin:0 0 1rem}
legend{padding:0 .4rem;font-weight:600}label{display:flex;flex-direction:column;gap:.25rem}
input{font:inherit;padding:.6rem;border:1px solid #5b6875;border-radius:.4rem;width:5.5rem;box-sizing:border-box}
button,.portal{display:block;width:100%;box-sizing:border-box;font:inherit;font-weight:600;padding:.9rem;margin:.75rem 0 0;border-radius:.5rem;border:2px solid #0b5a8a;background:#0b5a8a;color:#fff;text-align:center;text-decoration:none}
.second{background:#fff;color:#0b5a8a}.wrong{background:#fdecea;border-left:.3rem solid #b3261e;padding:.75rem}
.foot{margin-top:2rem;color:#44515e;font-size:1rem}a{color:#0b5a8a}:focus-visible{outline:3px solid #d9730d;outline-offset:2px}`;
