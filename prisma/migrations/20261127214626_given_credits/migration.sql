-- What did not come from calls, for its owner. Where the ledger is large, have it made by hand before, CONCURRENTLY.
CREATE INDEX IF NOT EXISTS "credit_entries_given_idx" ON "credit_entries"("user_id", "id" DESC) WHERE "kind" <> 'usage';
