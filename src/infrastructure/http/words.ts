import { driver } from '../../domain/activity-rates.js';
import { valuePer } from '../../domain/contracts.js';
import { offerKind } from '../../domain/offers.js';
import { sentiment } from '../../domain/references.js';
import { placing } from '../../domain/segmentation.js';
import { interactionChannel, layer, ourRole, schemeChannel, segment } from '../../domain/shapes.js';
import { pyramidBy, thresholdsOf } from '../../domain/value-policy.js';

/** The words that the domain knows, for fields that take one of them. */
export const layers = layer.options;
export const ourRoles = ourRole.options;
export const segments = segment.options;
export const schemeChannels = schemeChannel.options;
export const interactionChannels = interactionChannel.options;
export const consentChannels = [...interactionChannel.options, 'visit'] as const;
export const drivers = driver.options;
export const valuePers = valuePer.options;
export const offerKinds = offerKind.options;
export const sentiments = sentiment.options;
export const placings = placing.options;
export const pyramidBys = pyramidBy.options;
export const thresholdKinds = thresholdsOf.options;
