import { randomUUID } from 'node:crypto';
import type { Checkpoint } from '../checkpoints/index.ts';
import { passCheckpoint } from '../checkpoints/index.ts';
import type { Database } from '../database/index.ts';
import { assertNoTransaction, isConnectionFailure, sqlState } from '../database/index.ts';
import { CodexError, errorData } from '../errors/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import { silentTelemetry } from '../telemetry/index.ts';
import { deliveryCodes } from './codes.ts';
import type { NumberedDelivery } from './record.ts';
import { deliveryKey, recordDeliveries } from './record.ts';
import { storableText } from './storable.ts';
import type { DeliveryReceipt, IncomingDelivery } from './types.ts';

/** Bounds and ports of the intake. */
export interface IntakeOptions {
  checkpoint?: Checkpoint;
  telemetry?: Telemetry;
  /** Deliveries recorded by one statement at most; 250 by default, 50 on PGlite, which blocks the process meanwhile. */
  batch?: number;
  /** Deliveries that may wait; 5,000 by default. */
  maxWaiting?: number;
  /** Bytes of bodies that may wait; 64 MiB by default. */
  maxWaitingBytes?: number;
}

/** Takes deliveries in. */
export interface DeliveryIntake {
  /**
   * Records a delivery, with its queue row when it means work, and resolves when that is committed.
   *
   * @throws CodexError CK-DELIVERY-001 when too many wait: answer 503 with Retry-After; CK-DELIVERY-002
   *   and -003 when it could not be recorded
   */
  accept(delivery: IncomingDelivery): Promise<DeliveryReceipt>;
  /** Takes no more and waits for what was accepted. */
  close(): Promise<void>;
}

// A statement of this size takes the database some 60 ms; nobody should wait for much more than that.
const batchBytes = 4 * 1024 * 1024;

interface Waiting {
  delivery: NumberedDelivery;
  resolve(receipt: DeliveryReceipt): void;
  reject(error: unknown): void;
}

/**
 * The intake: what arrives while a batch is being recorded goes in the next one, so that many
 * deliveries at once cost few commits and a single one waits for nothing.
 */
export function createDeliveryIntake(db: Database, options: IntakeOptions = {}): DeliveryIntake {
  const checkpoint = options.checkpoint ?? passCheckpoint;
  const telemetry = options.telemetry ?? silentTelemetry;
  const batchSize = options.batch ?? (db.kind === 'pglite' ? 50 : 250);
  const maxWaiting = options.maxWaiting ?? 5_000;
  const maxWaitingBytes = options.maxWaitingBytes ?? 64 * 1024 * 1024;
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let draining: Promise<void> | undefined;
  let closed = false;

  // Ends in the same turn in which it finds nothing more: an arrival either is seen by it or begins a new one.
  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, fitting());
      waiting = waiting.slice(batch.length);
      for (const { delivery } of batch) waitingBytes -= delivery.rawSize;
      const began = performance.now();
      await recordBatch(batch);
      telemetry.duration('delivery_record', (performance.now() - began) / 1000);
      telemetry.count('deliveries_recorded', {}, batch.length);
    }
    draining = undefined;
  }

  /** How many of those that wait fit in one statement: at least one, however large it is. */
  function fitting(): number {
    let bytes = 0;
    const tooLarge = waiting.findIndex((entry) => (bytes += entry.delivery.rawSize) > batchBytes);
    return Math.min(batchSize, Math.max(1, tooLarge === -1 ? waiting.length : tooLarge));
  }

  /** Settles every member; never rejects. */
  async function recordBatch(batch: readonly Waiting[]): Promise<void> {
    const firsts = new Map<string, Waiting>();
    for (const entry of batch)
      if (!firsts.has(deliveryKey(entry.delivery))) firsts.set(deliveryKey(entry.delivery), entry);
    let receipts: Map<string, DeliveryReceipt>;
    try {
      receipts = await recordDeliveries(
        db,
        [...firsts.values()].map((entry) => entry.delivery),
      );
      await checkpoint('delivery.recorded');
    } catch (error) {
      return refuse(batch, error);
    }
    for (const entry of batch) {
      const receipt = receipts.get(deliveryKey(entry.delivery));
      if (!receipt) entry.reject(repositoryGone(entry.delivery));
      else if (firsts.get(deliveryKey(entry.delivery)) === entry) entry.resolve(receipt);
      else entry.resolve({ status: 'duplicate', correlationId: receipt.correlationId });
    }
  }

  // One member that the database refuses must not fail the others: halves are tried by themselves
  // until it stands alone. A database that is away refuses all alike.
  async function refuse(batch: readonly Waiting[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length > 1 && !isConnectionFailure(error) && sqlState(error) !== undefined) {
      telemetry.count('delivery_batches_split');
      const middle = Math.ceil(batch.length / 2);
      await recordBatch(batch.slice(0, middle));
      await recordBatch(batch.slice(middle));
    } else if (only) {
      for (const entry of batch) entry.reject(notRecorded(entry.delivery, error));
    }
  }

  return {
    accept(delivery) {
      assertNoTransaction('the delivery intake');
      if (closed)
        return Promise.reject(deliveryError('CK-DELIVERY-004', 'the intake is closed', delivery));
      if (waiting.length >= maxWaiting || waitingBytes + delivery.rawSize > maxWaitingBytes) {
        telemetry.count('deliveries_refused');
        return Promise.reject(
          deliveryError(
            'CK-DELIVERY-001',
            `${waiting.length} deliveries of ${waitingBytes} bytes wait to be recorded already`,
            delivery,
          ),
        );
      }
      const { promise, resolve, reject } = Promise.withResolvers<DeliveryReceipt>();
      waiting.push({ delivery: numbered(delivery), resolve, reject });
      waitingBytes += delivery.rawSize;
      telemetry.gauge('deliveries_waiting', waiting.length);
      draining ??= drain();
      return promise;
    },
    async close() {
      closed = true;
      await draining;
    },
  };
}

// What identifies a delivery is cleaned at the door: it is compared with what the database answers.
const numbered = (delivery: IncomingDelivery): NumberedDelivery => ({
  ...delivery,
  deliveryId: storableText(delivery.deliveryId),
  event: storableText(delivery.event),
  correlationId: randomUUID(),
});

const deliveryError = (
  code: keyof typeof deliveryCodes,
  message: string,
  delivery: IncomingDelivery,
  cause?: unknown,
): CodexError =>
  new CodexError(
    {
      code,
      message,
      where: { repository: delivery.repositoryId, delivery: delivery.deliveryId },
      hint: deliveryCodes[code].hint,
    },
    cause === undefined ? {} : { cause },
  );

const repositoryGone = (delivery: IncomingDelivery): CodexError =>
  deliveryError(
    'CK-DELIVERY-003',
    `repository ${delivery.repositoryId} is not registered any more`,
    delivery,
  );

const notRecorded = (delivery: IncomingDelivery, error: unknown): CodexError =>
  deliveryError(
    'CK-DELIVERY-002',
    `delivery ${delivery.deliveryId} could not be recorded: ${errorData(error).message}`,
    delivery,
    error,
  );
