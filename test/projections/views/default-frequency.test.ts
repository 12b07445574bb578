import { defaultVisitsPerYear } from '../../../src/domain/policies.js';
import { closeAll, givenEvents } from '../../application/questions/asking.js';

afterEach(closeAll);

describe('how often a segment is visited by default', () => {
  it('is the same in the views as in the rules', async () => {
    const { rows } = await givenEvents();
    expect(
      await rows('SELECT segment, our_role, their_layer, channel, times_per_year FROM default_frequency()'),
    ).toEqual(
      Object.entries(defaultVisitsPerYear).map(([segment, timesPerYear]) => ({
        segment,
        ourRole: 'accountManager',
        theirLayer: null,
        channel: 'visit',
        timesPerYear,
      })),
    );
  });
});
