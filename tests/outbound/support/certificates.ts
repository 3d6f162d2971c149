import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Key and certificate of a server, as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** An authority of the test's own, and what it signs. */
export class CertificateAuthority {
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'watchbook-certificates-'));
  private serial = 0;

  constructor() {
    const subject = '/CN=Authority of a test';
    this.openssl(...newKey('ca'), '-x509', '-days', '3650', '-subj', subject, '-out', 'ca.pem');
  }

  /** As PEM. */
  get certificate(): string {
    return this.read('ca.pem');
  }

  /** @param names Such as `DNS:example.test` and `IP:127.0.0.1`. @param from and until In days from now. */
  issue(names: readonly string[], { from = -1, until = 90 } = {}): Identity {
    const name = this.newName();
    writeFileSync(path.join(this.folder, 'index.txt'), '');
    writeFileSync(path.join(this.folder, 'serial'), `0${this.serial}`.slice(-2).padStart(2, '0'));
    writeFileSync(path.join(this.folder, 'ca.cnf'), config);
    writeFileSync(path.join(this.folder, `${name}.ext`), `subjectAltName=${names.join(',')}`);
    this.openssl(...newKey(name), '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    this.openssl(
      ...['ca', '-batch', '-config', 'ca.cnf', '-notext', '-in', `${name}.csr`],
      ...['-extfile', `${name}.ext`, '-startdate', moment(from), '-enddate', moment(until)],
      ...['-out', `${name}.pem`],
    );
    return { key: this.read(`${name}.key`), cert: this.read(`${name}.pem`) };
  }

  /** Signed by nobody but itself. */
  selfSigned(names: readonly string[]): Identity {
    const name = this.newName();
    this.openssl(
      ...newKey(name),
      ...['-x509', '-days', '90', '-subj', `/CN=${name}`],
      ...['-addext', `subjectAltName=${names.join(',')}`, '-out', `${name}.pem`],
    );
    return { key: this.read(`${name}.key`), cert: this.read(`${name}.pem`) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private newName(): string {
    this.serial += 1;
    return `server-${this.serial}`;
  }

  private read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }

  private openssl(...words: readonly string[]): void {
    execFileSync('openssl', words, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

function newKey(name: string): readonly string[] {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  return ['req', ...curve, '-nodes', '-keyout', `${name}.key`];
}

/** As openssl wants it: 20260131235959Z. */
function moment(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}

const config = `
[ca]
default_ca = own
[own]
certificate = ca.pem
private_key = ca.key
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;
