"""Learning the account's real limit and how long it will last: pure functions over what was read and used."""
