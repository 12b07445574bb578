import { z } from 'zod';

/** Shapes that several topics share. Texts are bounded so that one event stays far below the log's append limit. */

/** UTC instant in ISO 8601 with milliseconds. */
export const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
/** Calendar day in the log's time zone. */
export const localDate = z.iso.date();
export const uuid = z.uuid();
/** Our people carry the short id that their company gave them. */
export const repId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/);
export const label = z.string().min(1).max(200);
export const longText = z.string().min(1).max(10_000);
export const currency = z.string().regex(/^[A-Z]{3}$/);
/** Amount in minor units (cents). */
export const minorUnits = z.int();
/** Unit price as a decimal text, up to 6 places. */
export const unitPrice = z.string().regex(/^-?\d{1,12}(\.\d{1,6})?$/);
/** Unit price or rate that is not negative, in units of its currency, as a decimal text of up to 6 places. */
export const price = z.string().regex(/^\d{1,12}(\.\d{1,6})?$/);
/** Positive quantity as a decimal text, up to 3 places. */
export const quantity = z.string().regex(/^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,3})?$/);
/** Fraction from 0 to 1 as a decimal text, up to 6 places. */
export const fraction = z.string().regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/);
/** Positive decimal text, up to 10 places. */
export const rate = z.string().regex(/^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,10})?$/);

export const layer = z.enum(['strategic', 'tactical', 'operational']);
export type Layer = z.infer<typeof layer>;
export const ourRole = z.enum(['accountManager', 'insideSales', 'management', 'other']);
export type OurRole = z.infer<typeof ourRole>;
export const segment = z.enum(['A', 'B', 'C', 'D']);
export type Segment = z.infer<typeof segment>;
/** How two sides meet; `visit` is face to face. */
export const schemeChannel = z.enum(['visit', 'call', 'processReview', 'evaluation', 'newsletter']);
export type SchemeChannel = z.infer<typeof schemeChannel>;
export const interactionChannel = z.enum([
  'phone',
  'email',
  'newsletter',
  'event',
  'letter',
  'video',
  'chat',
  'processReview',
  'evaluation',
  'other',
]);
export type InteractionChannel = z.infer<typeof interactionChannel>;

export const contact = z.strictObject({ id: uuid, layer: layer.optional() });
export type Contact = z.infer<typeof contact>;
