import { z } from 'zod';
import { dnsRecordTypes, httpMethods } from '../../domain/services/expectation.js';
import { maxTagsPerService } from '../../domain/services/service-state.js';
import { serviceTypes } from '../../domain/services/target.js';
import { line, text, uuid } from '../fields.js';

/** What may be said about a service, field by field. */
export const serviceFields = {
  name: line(255),
  url: line(500),
  type: z.enum(serviceTypes),
  intervalSeconds: z.int().min(10).max(86_400),
  timeoutMs: z.int().min(100).max(60_000),
  failureThreshold: z.int().min(1).max(20),
  successThreshold: z.int().min(1).max(20),
  degradedAboveMs: z.int().min(1).max(60_000).nullable(),
  tagIds: z.array(uuid).max(maxTagsPerService),
};

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}$/, 'Not a header name');
const headerValue = text(4096).regex(/^[\t\x20-\x7e\x80-\uffff]*$/, 'Not a header value');

const statusRange = z
  .string()
  .regex(/^[1-5][0-9]{2}-[1-5][0-9]{2}$/, 'Write a range as 200-299')
  .refine((range) => range.slice(0, 3) <= range.slice(4), 'The range is the wrong way round');

export const expectFields = {
  method: z.enum(httpMethods),
  headers: z
    .record(headerName, headerValue)
    .refine((headers) => Object.keys(headers).length <= 20, 'At most 20 headers'),
  status: z
    .array(z.union([z.int().min(100).max(599), statusRange]))
    .min(1)
    .max(20),
  bodyContains: text(1000).min(1).nullable(),
  recordType: z.enum(dnsRecordTypes),
  answers: z.array(line(500)).max(20),
  resolver: z
    .string()
    .regex(/^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z.-]+)(:[0-9]{1,5})?$/, 'Write host or host:port')
    .max(255)
    .nullable(),
};

export const Expect = z.strictObject(expectFields).partial();
