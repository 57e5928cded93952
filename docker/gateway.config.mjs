// Hive Gateway in front of the five services: it routes, they answer. Each room sits at its own name in the network, or
// at ZEREN_<ROOM>_URL.
const rooms = ['organization', 'campaign', 'oversight', 'accountability', 'integration'];

const locations = Object.fromEntries(
  rooms.map((room) => [room, process.env[`ZEREN_${room.toUpperCase()}_URL`] ?? `http://${room}:8000/graphql`]),
);

export const gatewayConfig = {
  supergraph: process.env.ZEREN_SUPERGRAPH ?? './supergraph.graphql',
  port: Number(process.env.ZEREN_GATEWAY_PORT ?? 4000),
  host: process.env.ZEREN_GATEWAY_BIND ?? '0.0.0.0',
  // The services check the caller; the gateway must not drop who it is, nor the number of the request.
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) =>
      Object.fromEntries(
        ['authorization', 'x-request-id'].map((name) => [name, request.headers.get(name)]).filter(([, value]) => value),
      ),
  },
  transportEntries: Object.fromEntries(
    rooms.map((room) => [
      room,
      {
        location: locations[room],
        options: {
          subscriptions: {
            kind: 'ws',
            location: new URL(locations[room]).pathname,
            // Who connects by WebSocket may have given it with the first message, and in capitals.
            options: {
              connectionParams: {
                authorization: '{context.headers.authorization}',
                Authorization: '{context.headers.Authorization}',
              },
            },
          },
        },
      },
    ]),
  ),
  // County networks have no internet: no page that loads its parts from elsewhere. The gateway checks nobody's token, so it
  // tells nobody the schema; it is in schema/.
  graphiql: false,
  landingPage: false,
  disableIntrospection: {},
  maskedErrors: true,
};
