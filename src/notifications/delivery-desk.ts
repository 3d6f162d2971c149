import { type Deliveries } from './deliveries.js';
import { testNotification } from './notification.js';

/** What people can ask for by hand. Who may, was decided before. */
export class DeliveryDesk {
  constructor(private readonly deliveries: Deliveries) {}

  /** @param deliveryId Of the test: asked for twice under one id, it is sent once. */
  async test(webhookId: string, deliveryId: string): Promise<void> {
    await this.deliveries.test(webhookId, testNotification(deliveryId, new Date()));
  }

  /** @returns Whether it is sent again: only what failed or was dropped is. */
  async retry(webhookId: string, deliveryId: string): Promise<boolean> {
    return this.deliveries.retry(webhookId, deliveryId);
  }
}
