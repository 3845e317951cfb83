-- What became of a change that narrows, kept beside its audit entry: entries themselves never change.
CREATE TABLE "audit_receipts" (
    "entry_id" BIGINT NOT NULL,
    "confirmed" INTEGER NOT NULL,
    "bounded" INTEGER NOT NULL,
    "last_ms" INTEGER NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_receipts_pkey" PRIMARY KEY ("entry_id")
);

CREATE TRIGGER "audit_receipts_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_receipts"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- AddForeignKey
ALTER TABLE "audit_receipts" ADD CONSTRAINT "audit_receipts_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "audit_entries"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
