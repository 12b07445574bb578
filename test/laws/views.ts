import type { Question } from '../../src/application/ask.js';
import { agreedVersusGiven } from '../../src/application/questions/agreed-versus-given.js';
import { agreements } from '../../src/application/questions/agreements.js';
import { averageValue } from '../../src/application/questions/average-value.js';
import { card } from '../../src/application/questions/card.js';
import { changes } from '../../src/application/questions/changes.js';
import { comingYear } from '../../src/application/questions/coming-year.js';
import { competitorPrices, competitorPricesBy } from '../../src/application/questions/competitor-prices.js';
import { nextContacts, whyContact } from '../../src/application/questions/contacts.js';
import { contracts } from '../../src/application/questions/contracts.js';
import {
  contributionByGroup,
  contributionOfAll,
  contributionOfOne,
} from '../../src/application/questions/contribution.js';
import { customerSegments } from '../../src/application/questions/customer-segments.js';
import { worthOfOne } from '../../src/application/questions/customer-value.js';
import { customers as listOfCustomers } from '../../src/application/questions/customers.js';
import { expectedExplained } from '../../src/application/questions/expected-explained.js';
import { expectedByGroup, expectedOfAll } from '../../src/application/questions/expected-value.js';
import { lookAlikes, lookAlikesOfOne } from '../../src/application/questions/look-alikes.js';
import { migration } from '../../src/application/questions/migration.js';
import { offerFigures, offers } from '../../src/application/questions/offers.js';
import { potentialOfAll, potentialOfOne } from '../../src/application/questions/potential.js';
import { lossMakers, whale } from '../../src/application/questions/profitability.js';
import { pyramid, pyramidMembers } from '../../src/application/questions/pyramid.js';
import { pyramidSeries } from '../../src/application/questions/pyramid-series.js';
import { references } from '../../src/application/questions/references.js';
import { referralChains, referralValue } from '../../src/application/questions/referral-value.js';
import { relationship, relationships } from '../../src/application/questions/relationship.js';
import { repeatOrder } from '../../src/application/questions/repeat-order.js';
import { retention } from '../../src/application/questions/retention.js';
import { contactScheme } from '../../src/application/questions/scheme.js';
import { segmentationWhatIf } from '../../src/application/questions/segmentation-what-if.js';
import { comparison, segmentation, segmentations } from '../../src/application/questions/segmentations.js';
import { serviceOfOne, serviceQuality } from '../../src/application/questions/service-quality.js';
import { suggestions } from '../../src/application/questions/suggestions.js';
import { supplierPrices, suppliers } from '../../src/application/questions/suppliers.js';
import { timeline } from '../../src/application/questions/timeline.js';
import { valueByGroup, valueOfAll, valueOfOne } from '../../src/application/questions/value.js';
import { valueBridge } from '../../src/application/questions/value-bridge.js';
import { valueHistoryOfAll, valueHistoryOfOne } from '../../src/application/questions/value-history.js';
import { valueModel } from '../../src/application/questions/value-model.js';
import { valueWhatIf } from '../../src/application/questions/value-what-if.js';
import { dateOf, reps, runs, span } from './history.js';

type AnyQuestion = Question<never, unknown>;
type Asked = readonly [question: AnyQuestion, params: object];
type AskedOfOne = readonly [question: AnyQuestion, params: (customerId: string) => object];

/** Every view, each asked as its users would. */
export const views: { readonly [name: string]: Asked } = {
  'list of customers': [listOfCustomers as never, { limit: 100 }],
  'value of all': [valueOfAll as never, { limit: 100 }],
  'value by segment': [valueByGroup as never, { by: 'segment' }],
  'value by account manager': [valueByGroup as never, { by: 'accountManager' }],
  'value by country': [valueByGroup as never, { by: 'country' }],
  'value history of all': [valueHistoryOfAll as never, { from: dateOf(0), to: dateOf(span), step: 'quarter' }],
  'contribution of all': [contributionOfAll as never, { limit: 100 }],
  'contribution by segment': [contributionByGroup as never, { by: 'segment' }],
  'contribution by product group': [contributionByGroup as never, { by: 'productGroup' }],
  'whale curve': [whale as never, { parts: 4 }],
  'loss-makers': [lossMakers as never, { limit: 100 }],
  'value bridge': [valueBridge as never, { from: dateOf(span / 2) }],
  'pyramid month by month': [pyramidSeries as never, {}],
  'migration matrix': [migration as never, { from: dateOf(span / 2) }],
  pyramid: [pyramid as never, {}],
  'segments in force': [customerSegments as never, {}],
  'members of the pyramid': [pyramidMembers as never, { limit: 100 }],
  'retention per year': [retention as never, { period: 'year' }],
  'retention per quarter by segment': [retention as never, { period: 'quarter', by: 'segment' }],
  'retention per month by account manager': [retention as never, { period: 'month', by: 'accountManager' }],
  'retention per year by country': [retention as never, { period: 'year', by: 'country' }],
  'value to come': [expectedOfAll as never, { limit: 100 }],
  'value to come by segment': [expectedByGroup as never, { by: 'segment' }],
  'model of value to come': [valueModel as never, {}],
  'referral chains': [referralChains as never, {}],
  'average revenue per quarter by product group': [averageValue as never, { step: 'quarter', by: 'productGroup' }],
  'average revenue per year by segment': [averageValue as never, { by: 'segment' }],
  'the coming year': [comingYear as never, {}],
  'a year as it was to come': [comingYear as never, { year: 2025 }],
  'contracts in force': [contracts as never, {}],
  'service by account manager': [serviceQuality as never, { by: 'accountManager' }],
  'potential of all': [potentialOfAll as never, {}],
  offers: [offers as never, {}],
  'offers by product group': [offerFigures as never, { by: 'productGroup' }],
  'look-alikes of the best': [lookAlikes as never, { minimumFeatures: 1 }],
  'relationship with all': [relationships as never, {}],
  'prices of competitors': [competitorPrices as never, {}],
  'prices by competitor': [competitorPricesBy as never, { by: 'competitor' }],
  references: [references as never, {}],
  suppliers: [suppliers as never, {}],
  'supplier prices': [supplierPrices as never, {}],
  'agreements in force': [agreements as never, {}],
  'agreed against given': [agreedVersusGiven as never, {}],
  'next contacts': [nextContacts as never, { limit: 100 }],
  segmentations: [segmentations as never, {}],
  'a segmentation': [segmentation as never, { runId: runs[1] }],
  'a segmentation against another': [comparison as never, { a: runs[1], b: runs[2] }],
  'other segments tried': [segmentationWhatIf as never, { a: '0.5', b: '0.75', c: '1', visitsA: 7 }],
  'value of more revenue': [valueWhatIf as never, { moreAMonth: 1_000, segment: 'A' }],
  "one rep's next contacts": [nextContacts as never, { reps: [reps[0]], limit: 100 }],
};

/** Views of one customer. */
export const viewsOfOne: { readonly [name: string]: AskedOfOne } = {
  'value of a customer': [valueOfOne as never, (customerId) => ({ customerId, explain: true })],
  'value history of a customer': [
    valueHistoryOfOne as never,
    (customerId) => ({ customerId, from: dateOf(0), to: dateOf(span), step: 'month' }),
  ],
  'contribution of a customer': [contributionOfOne as never, (customerId) => ({ customerId, explain: true })],
  'customer value of a customer': [worthOfOne as never, (customerId) => ({ customerId })],
  'value to come of a customer': [expectedExplained as never, (customerId) => ({ customerId, explain: true })],
  'service of a customer': [serviceOfOne as never, (customerId) => ({ customerId })],
  'referral value of a customer': [referralValue as never, (customerId) => ({ customerId })],
  'potential of a customer': [potentialOfOne as never, (customerId) => ({ customerId, explain: true })],
  'suggestions for a customer': [
    suggestions as never,
    (customerId) => ({ customerId, minimumBuyers: 2, minimumTogether: 1, level: 'sku' }),
  ],
  'look-alikes of a customer': [lookAlikesOfOne as never, (customerId) => ({ customerId, among: 'customers' })],
  'relationship with a customer': [relationship as never, (customerId) => ({ customerId })],
  'repeat order of a customer': [repeatOrder as never, (customerId) => ({ customerId })],
  'card of a customer': [card as never, (customerId) => ({ customerId })],
  'contact scheme of a customer': [contactScheme as never, (customerId) => ({ customerId })],
  'why a customer is contacted': [whyContact as never, (customerId) => ({ customerId })],
};

/** These show what counts no more beside what counts: the law of the log's prefix holds for them, not that of asOf. */
export const recordsOfOne: { readonly [name: string]: AskedOfOne } = {
  'timeline of a customer': [timeline as never, (customerId) => ({ customerId, limit: 100 })],
  'changes with a customer': [changes as never, (customerId) => ({ customerId, since: dateOf(span / 3) })],
  'changes with a customer since a visit': [
    changes as never,
    (customerId) => ({ customerId, since: `visit:${reps[0]}` }),
  ],
};
