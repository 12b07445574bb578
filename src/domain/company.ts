import { z } from 'zod';
import { event } from './event.js';
import { currency, label } from './shapes.js';

/** Fixed at the first start, in the stream `company`: a business day and an amount mean the same for ever. */
export const events = {
  CompanySettingsFixed: event(z.strictObject({ timeZone: label, currency })),
};
