import type { DynamicModule } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { EventLog } from '../../application/ports/event-log.js';
import { KeyRing } from '../../application/ports/key-ring.js';
import type { Engine } from '../engine.js';
import { AgreementsController } from './agreements.controller.js';
import { Asker } from './asking.js';
import { BenchController } from './bench.controller.js';
import { ContactSchemeController } from './contact-scheme.controller.js';
import { ContactsController } from './contacts.controller.js';
import { ContributionController } from './contribution.controller.js';
import { CorrectionsController } from './corrections.controller.js';
import { CostsController } from './costs.controller.js';
import { CustomersController } from './customers.controller.js';
import { EventsController } from './events.controller.js';
import { ExpectedValueController } from './expected-value.controller.js';
import { Feed, type FeedOptions } from './feed.js';
import { InteractionsController } from './interactions.controller.js';
import { Metrics } from './metrics.js';
import { OffersController } from './offers.controller.js';
import { ENGINE, OperationsController } from './operations.controller.js';
import { OrdersController } from './orders.controller.js';
import { PeopleController } from './people.controller.js';
import { PoliciesController } from './policies.controller.js';
import { PromisesController } from './promises.controller.js';
import { PyramidController } from './pyramid.controller.js';
import { Recorder } from './recording.js';
import { ReferencesController } from './references.controller.js';
import { ReferralsController } from './referrals.controller.js';
import { RelationshipController } from './relationship.controller.js';
import { RepeatOrderController } from './repeat-order.controller.js';
import { RepsController } from './reps.controller.js';
import { RetentionController } from './retention.controller.js';
import { SatisfactionController } from './satisfaction.controller.js';
import { ScoresController } from './scores.controller.js';
import { SegmentationController } from './segmentation.controller.js';
import { SuppliersController } from './suppliers.controller.js';
import { TeamController } from './team.controller.js';
import { ValueController } from './value.controller.js';
import { ValueToWinController } from './value-to-win.controller.js';
import { VisitsController } from './visits.controller.js';
import { WalletController } from './wallet.controller.js';

export interface HttpOptions {
  readonly feed?: FeedOptions;
  /** Adds the route that recording is measured against. Never in production. */
  readonly benchRoutes?: boolean;
}

class HttpModule {}

/** The outside, over an engine that is open. */
export function httpOver(engine: Engine, { feed, benchRoutes = false }: HttpOptions = {}): DynamicModule {
  return {
    module: HttpModule,
    controllers: [
      CustomersController,
      PeopleController,
      TeamController,
      VisitsController,
      InteractionsController,
      PromisesController,
      OrdersController,
      RepeatOrderController,
      AgreementsController,
      OffersController,
      WalletController,
      ReferralsController,
      SatisfactionController,
      ReferencesController,
      ScoresController,
      RelationshipController,
      CostsController,
      ContactSchemeController,
      CorrectionsController,
      RepsController,
      PoliciesController,
      SuppliersController,
      SegmentationController,
      ValueController,
      ContributionController,
      ExpectedValueController,
      ValueToWinController,
      PyramidController,
      ContactsController,
      RetentionController,
      EventsController,
      OperationsController,
      ...(benchRoutes ? [BenchController] : []),
    ],
    providers: [
      { provide: ENGINE, useValue: engine },
      { provide: EventLog, useValue: engine.log },
      { provide: KeyRing, useValue: engine.keyRing },
      { provide: CommandBus, useValue: engine.commandBus },
      { provide: QueryBus, useValue: engine.queryBus },
      { provide: Feed, useFactory: () => new Feed(engine.log, engine.keyRing, feed) },
      Metrics,
      Recorder,
      Asker,
    ],
  };
}
