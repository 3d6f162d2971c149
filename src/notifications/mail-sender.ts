import { createTransport } from 'nodemailer';
import { type Attempt, failed } from './attempt.js';
import { excerptOf } from '../outbound/body-excerpt.js';
import { mailAbout } from './mail.js';
import { type Sender, type Sending } from './sender.js';

export interface MailSettings {
  /** Such as smtp://user:password@host:587 */
  readonly smtpUrl: string;
  /** What stands under From. */
  readonly from: string;
}

/** Sends a delivery as plain text, through the mail server that was configured. */
export class MailSender implements Sender {
  private readonly smtpUrl: string;

  constructor(private readonly settings: MailSettings) {
    this.smtpUrl = withTimeouts(settings.smtpUrl);
  }

  async send(to: string, { delivery }: Sending): Promise<Attempt> {
    const mail = { ...mailAbout(delivery), from: this.settings.from, to };
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<Attempt>((resolve) => {
      timer = setTimeout(() => resolve(late), deadlineMs);
    });
    try {
      const sent = createTransport(this.smtpUrl)
        .sendMail(mail)
        .then(() => taken, failureOf);
      return await Promise.race([sent, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Mail servers take their time; it is still less than what a job may take. */
const deadlineMs = 30_000;

/** Of each step, in ms: a server that hangs is left in the end, also after its attempt was given up. */
function withTimeouts(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  for (const step of ['dnsTimeout', 'connectionTimeout', 'greetingTimeout', 'socketTimeout'])
    if (!url.searchParams.has(step)) url.searchParams.set(step, '10000');
  return url.href;
}

const taken: Attempt = {
  ok: true,
  code: 'mail_taken',
  message: 'The mail server took the message',
  statusCode: 250,
  excerpt: null,
};

const late = failed('timeout', `The mail server did not take the message within 30 s`);

function failureOf(error: unknown): Attempt {
  const { code, responseCode, response } = detailsOf(error);
  if (responseCode !== undefined)
    return failed(`mail_${responseCode}`, `The mail server answered ${responseCode}`, {
      statusCode: responseCode,
      excerpt: excerptOf(Buffer.from(response ?? ''), undefined),
      // What begins with 5 was refused for good (RFC 5321, 4.2.1).
      isLasting: responseCode >= 500,
    });
  return causes[code ?? ''] ?? failed('mail_failed', 'The mail server could not be talked to');
}

const causes: Readonly<Record<string, Attempt>> = {
  ETIMEDOUT: failed('timeout', 'The mail server did not answer in time'),
  EDNS: failed('dns_failed', 'The name of the mail server cannot be looked up'),
  ETLS: failed('tls_failed', 'The connection to the mail server could not be encrypted'),
  ESOCKET: failed('connect_failed', 'The mail server cannot be reached'),
  ECONNECTION: failed('connection_closed', 'The mail server closed the connection'),
};

function detailsOf(error: unknown): {
  code: string | undefined;
  responseCode: number | undefined;
  response: string | undefined;
} {
  const of = (field: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
  const [code, responseCode, response] = [of('code'), of('responseCode'), of('response')];
  return {
    code: typeof code === 'string' ? code : undefined,
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    response: typeof response === 'string' ? response : undefined,
  };
}
