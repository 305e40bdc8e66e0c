// What the service needs of metrics: it gives its state, and gets the text for the scraper.

import type { StoreInfo } from "../store/cookie-reader.js";
import type { ServiceStatus } from "./service.js";

/** What is looked at once for each scrape. */
export interface MetricsState {
  readonly status: ServiceStatus;
  /** `undefined`: the store can't be read. */
  readonly store: StoreInfo | undefined;
}

export interface MetricsPage {
  /** The media type of `render`'s text. */
  readonly contentType: string;
  /** Everything that is known, in the text format of Prometheus. */
  render(state: MetricsState): Promise<string>;
}
