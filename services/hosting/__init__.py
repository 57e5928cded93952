"""What every service's app and the gateway share: settings, sign-in, GraphQL over HTTP, health, metrics, logs."""
