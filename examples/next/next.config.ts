const config = {
  // Next makes a bundle for instrumentation.ts and another for the routes. With meterbook in both there
  // would be two of every registry, and what the routes record in theirs would never be sent.
  serverExternalPackages: ['meterbook'],
  // The folder of this application, which has a lock file above it too.
  turbopack: { root: import.meta.dirname },
};

export default config;
