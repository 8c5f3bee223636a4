/**
 * Names of the conventions for what an SDK tells of itself, in Development, copied by name: the
 * conventions' package asks not to import its `/incubating` entry at run time.
 *
 * Source: semantic conventions v1.45 (JS package), "OpenTelemetry SDK metrics".
 */

export const METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT =
  'otel.sdk.exporter.metric_data_point.inflight';
export const METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED =
  'otel.sdk.exporter.metric_data_point.exported';
export const METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION = 'otel.sdk.exporter.operation.duration';
export const METRIC_OTEL_SDK_METRIC_READER_COLLECTION_DURATION =
  'otel.sdk.metric_reader.collection.duration';

export const ATTR_OTEL_COMPONENT_NAME = 'otel.component.name';
export const ATTR_OTEL_COMPONENT_TYPE = 'otel.component.type';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
