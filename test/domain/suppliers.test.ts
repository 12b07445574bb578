import { given, happened, now, uuid } from '../support/given.js';

const id = uuid(7);
const stream = `supplier-${id}`;
const reason = 'Typed in wrongly.';
const registered = happened('SupplierRegistered', { supplierId: id, name: 'De Molen', externalIds: [] });
const price = { sku: 'NB-A5', price: '2.15' };

describe('a supplier', () => {
  it('is registered once', () => {
    const erp = { source: 'erp', key: '7' };
    given([], stream)
      .when('RegisterSupplier', { name: 'De Molen', country: 'NL', externalIds: [erp] })
      .thenEvents(
        happened('SupplierRegistered', { supplierId: id, name: 'De Molen', country: 'NL', externalIds: [erp] }, now),
      );
    given([registered], stream)
      .when('RegisterSupplier', { name: 'De Molen' })
      .thenRefused('supplier-already-registered');
    given([], stream)
      .when('RegisterSupplier', { name: 'De Molen', externalIds: [erp, erp] })
      .thenRefused('told-twice', 'externalIds.1');
  });

  it('agrees prices from a day on', () => {
    given([registered], stream)
      .when('AgreeSupplierPrice', price)
      .thenEvents(
        happened('SupplierPriceAgreed', { supplierId: id, ...price, currency: 'EUR', validFrom: '2026-06-15' }, now),
      );
    const told = given([registered], stream);
    const term = { validFrom: '2026-01-01', validTo: '2026-01-01' };
    told.when('AgreeSupplierPrice', { ...price, ...term }).thenRefused('ends-before-it-begins', 'validTo');
    told.when('AgreeSupplierPrice', { ...price, price: -1 }).thenInvalid('price');
    told.when('AgreeSupplierPrice', { ...price, price: 0, currency: 'USD' }).thenRecorded();
    given([], stream).when('AgreeSupplierPrice', price).thenUnknown();
  });

  it('is corrected within its own stream', () => {
    const agreed = happened('SupplierPriceAgreed', {
      supplierId: id,
      ...price,
      currency: 'EUR',
      validFrom: '2026-01-01',
    });
    const told = given([registered, agreed], stream);
    const correct = (more: object) =>
      told.when('CorrectEvent', {
        targetEventId: told.idOf(1),
        replacement: { data: { ...agreed.data, ...more } },
        reason,
      });
    correct({ price: '2.25' }).thenRecorded();
    correct({ supplierId: uuid(8) }).thenRefused('another-thing');
    told.when('RetractEvent', { targetEventId: told.idOf(0), reason }).thenRefused('built-upon');
    told.when('RetractEvent', { targetEventId: told.idOf(1), reason }).thenRecorded();
  });
});
