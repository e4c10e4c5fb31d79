// A double of what the server says of mails, a visit's and those about unread messages: one of each kind that a screen
// must show, and none of the plan.
import type {
  Appointment, LocalTime, MailsToPerson, Participant, UpdateMail, UpdateMails, VisitMail, VisitMails,
} from '../src/platform/api';
import { localTime } from './clock';

const HERE = 'America/Chicago';
const HOUR = 3_600_000;

export function mailsOf(visit: Appointment, nowMs: number): VisitMails {
  const at = (ms: number): LocalTime => localTime(ms, HERE);
  const start = visit.start / 1_000;
  const sent: VisitMail = { step: 'invitation', state: 'sent', at: at(nowMs - 26 * HOUR) };
  const toClient: VisitMail[] = [
    sent,
    { step: 'three_days', state: 'skipped', reason: 'fresh' },
    { step: 'one_day', state: 'planned', at: at(start - 24 * HOUR) },
    { step: 'one_hour', state: 'planned', at: at(start - 16 * HOUR), reason: 'quiet_hours' },
  ];
  const toCaregiver: VisitMail[] = [
    { step: 'invitation', state: 'failed', at: at(nowMs - 26 * HOUR), reason: 'address_refused' },
    { step: 'one_day', state: 'planned', at: at(start - 24 * HOUR), reason: 'address_refused' },
  ];
  const off: VisitMail[] = [sent, { step: 'cancellation', state: 'skipped', at: at(nowMs), reason: 'outside_safe_hours' }];
  const of = ({ id, name, role }: Participant): MailsToPerson => {
    const confirmed = toClient.map((mail): VisitMail =>
      mail.step === 'invitation' ? mail : { step: mail.step, state: 'skipped', reason: 'confirmed' },
    );
    if (role === 'caregiver') return { participant: id, name, role, mails: toCaregiver };
    if (role !== 'client') return { participant: id, name, role, mails: [sent] };
    if (visit.state === 'cancelled') return { participant: id, name, role, mails: off };
    const accepted = visit.participants.some((one) => one.id === id && one.response === 'accepted');
    return { participant: id, name, role, mails: accepted ? confirmed : toClient };
  };
  return { people: visit.participants.map(of) };
}

/** The mails that told somebody of unread messages. */
export function updateMails(nowMs: number): UpdateMails {
  const mail = (hours: number, rest: Pick<UpdateMail, 'state' | 'reason'>): UpdateMail => ({
    step: 'unread', at: localTime(nowMs - hours * HOUR, HERE), ...rest,
  });
  return { mails: [mail(5, { state: 'skipped', reason: 'read' }), mail(26, { state: 'sent' })] };
}
