import { interactionChannel, layer, ourRole, schemeChannel, segment } from '../../domain/shapes.js';

/** The words that the domain knows, for fields that take one of them. */
export const layers = layer.options;
export const ourRoles = ourRole.options;
export const segments = segment.options;
export const schemeChannels = schemeChannel.options;
export const interactionChannels = interactionChannel.options;
export const consentChannels = [...interactionChannel.options, 'visit'] as const;
