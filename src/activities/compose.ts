import type { ResultState } from '../domain/lifecycle/state.js';
import type { MessageLanguage } from '../domain/notices/plan.js';
import { render, renderNoticeText } from '../domain/messages/render.js';
import {
  renderSecureMessage,
  suggestedNextStep,
  summaryOf,
  type SecureMember,
  type Wording,
} from '../domain/messages/secure-message.js';
import type { MessageParams } from '../domain/messages/template.js';
import type { PatientCard } from '../domain/result/patient.js';
import type { Report } from '../domain/result/report.js';
import type { ClassifiedObservation } from '../domain/rules/classification.js';
import { classify } from '../domain/rules/classify.js';
import { personById } from '../domain/routing/roster.js';
import { loadPatient } from '../store/patients.js';
import type { Practice } from '../store/practices.js';
import type { NoticePurpose } from '../store/schema.js';
import { classifiablePatient } from '../store/classifying.js';
import { openDecision } from '../store/decisions.js';
import type { Store } from '../store/store.js';
import { contentAad } from '../store/contents.js';

export interface Composition {
  readonly practice: Practice;
  readonly patientId: string;
  readonly purpose: NoticePurpose;
  readonly language: MessageLanguage;
  /** The patient's own page (L24). */
  readonly link: string;
  readonly members: readonly { readonly resultId: string; readonly version: number }[];
}

interface Content {
  readonly params: MessageParams;
  readonly members: readonly SecureMember[];
  readonly isSensitive: boolean;
  readonly allNormal: boolean;
}

/** The text of a notice: never clinical detail (S000-28, S000-50). */
export async function composeText(store: Store, c: Composition): Promise<string> {
  const content = await read(store, c);
  if (c.purpose === 'tried-to-reach') return render('tried-to-reach', c.language, content.params).body;
  const occasion = {
    tier: content.allNormal ? ('normal' as const) : ('abnormal' as const),
    isSensitive: content.isSensitive,
    isUpdate: c.purpose === 'update',
    namesPractice: false,
  };
  return renderNoticeText(occasion, c.language, content.params).body;
}

/** The secure message: summary, next step, scheduling link (S000-56); neutral where anything is sensitive. */
export async function composeSecure(
  store: Store,
  c: Composition,
): Promise<{ subject: string; body: string }> {
  const { params, members } = await read(store, c);
  if (c.purpose === 'tried-to-reach') {
    const { body } = render('tried-to-reach-message', c.language, params);
    const subject =
      c.language === 'spa' ? 'Nuevo mensaje de su equipo de salud' : 'New message from your care team';
    return { subject, body };
  }
  const message = {
    firstName: params.firstName ?? '',
    practiceName: c.practice.name,
    providerName: params.providerName ?? c.practice.name,
    phone: c.practice.settings.phone,
    link: c.link,
    schedulingLink: c.practice.settings.schedulingLink,
    members,
    isUpdate: c.purpose === 'update',
  };
  return renderSecureMessage(c.language, message, wordingOf(c));
}

/** The note that the patient sees beside the published result (L25). */
export async function composePortalNote(store: Store, c: Composition): Promise<string> {
  const content = await read(store, c);
  if (c.purpose === 'tried-to-reach')
    return render('tried-to-reach-message', c.language, content.params).body;
  if (content.isSensitive) return render('portal-note-neutral', c.language, content.params).body;
  const template = content.allNormal ? 'portal-note-normal' : 'portal-note-abnormal';
  const params = { ...content.params, link: c.practice.settings.schedulingLink };
  return render(template, c.language, params).body;
}

async function read(store: Store, c: Composition): Promise<Content> {
  const { card } = await loadPatient(store, c.patientId);
  const members: SecureMember[] = [];
  let provider: string | null = null;
  for (const m of c.members) {
    const row = await store.db
      .selectFrom('version')
      .innerJoin('result', 'result.id', 'version.result_id')
      .select([
        'version.content_sealed',
        'version.sensitive',
        'version.panel_id',
        'version.tier as classified',
        'version.decision_sealed',
        'result.tier',
        'result.owner_id',
        'result.state',
        'version.detected_at',
      ])
      .where('version.result_id', '=', m.resultId)
      .where('version.number', '=', m.version)
      .executeTakeFirstOrThrow();
    const report = store.cipher.openJson(row.content_sealed, contentAad) as Report;
    // As it was classified when it came: a message never says other than what was signed off.
    const observations =
      openDecision(store, row.decision_sealed)?.observations ??
      classifyAgain(c.practice, report, card, row.detected_at);
    const tier = (row.tier ?? row.classified) as SecureMember['tier'];
    const signer = signerOf(row.state as ResultState | null, m.version) ?? row.owner_id;
    provider ??= tier === 'normal' ? null : signer;
    members.push({
      panelId: row.panel_id,
      testName: report.test.name,
      tier,
      isSensitive: row.sensitive.length > 0,
      findings: findings(report, observations),
      providerId: signer,
    });
  }
  const owner = provider ? personById(c.practice.roster, provider)?.name : undefined;
  const params: MessageParams = {
    firstName: card.givenName,
    practiceName: c.practice.name,
    providerName: owner ?? c.practice.name,
    link: c.link,
    phone: c.practice.settings.phone,
    summary: summaryOf(members, c.language, wordingOf(c)),
    nextStep: suggestedNextStep(members, c.language, wordingOf(c)),
  };
  return {
    params,
    members,
    isSensitive: members.some((m) => m.isSensitive),
    allNormal: members.every((m) => m.tier === 'normal'),
  };
}

/** The practice's own words, or the library's; each provider's own variant comes first. */
function wordingOf({ practice }: Composition): Wording {
  return practice.panelTemplates ? { templates: practice.panelTemplates } : {};
}

/** Who released this version. */
function signerOf(state: ResultState | null, version: number): string | null {
  const decision = state?.decision;
  return decision?.kind === 'released' && decision.version === version ? decision.by : null;
}

/** Versions from before decisions were kept. */
function classifyAgain(practice: Practice, report: Report, card: PatientCard, detectedAt: number) {
  const patient = classifiablePatient(card, report.collectedAt ?? detectedAt);
  const context = { laboratory: report.laboratory ?? null, now: detectedAt };
  return classify(report, practice.ruleSet, patient, context).observations;
}

/** Rows outside what is expected, as the laboratory wrote them. */
function findings(report: Report, rows: readonly ClassifiedObservation[]): SecureMember['findings'] {
  return rows
    .filter((r) => r.tier === 'abnormal' || r.tier === 'critical')
    .flatMap((r) => {
      const o = report.observations.find((one) => one.key === r.key);
      if (!o) return [];
      const flag = (o.flag ?? '').toLowerCase();
      const direction =
        flag.includes('high') || flag === 'h' ? 'high' : flag.includes('low') || flag === 'l' ? 'low' : null;
      return [
        {
          analyteId: r.analyteId,
          name: o.name,
          value: o.value ?? '',
          unit: o.unit,
          range: o.range,
          direction,
        } as const,
      ];
    });
}
