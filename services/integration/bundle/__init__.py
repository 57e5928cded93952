"""The exchange bundle: what its files hold, how they are read and checked, how they are written."""
