// @neo4j/graphql on Apollo over the county, as its documentation has one set it up.
import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { Neo4jGraphQL } from "@neo4j/graphql";
import neo4j from "neo4j-driver";

const { NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD, ZEREN_PORT, PEER_TYPES } = process.env;
const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic(NEO4J_USER, NEO4J_PASSWORD));
const library = new Neo4jGraphQL({ typeDefs: readFileSync(PEER_TYPES, "utf-8"), driver });
const server = new ApolloServer({ schema: await library.getSchema(), introspection: false });
await startStandaloneServer(server, { listen: { port: Number(ZEREN_PORT), host: "127.0.0.1" } });
console.error('{"message": "serving"}');
