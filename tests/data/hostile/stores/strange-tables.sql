CREATE TABLE "a""b'c<script>" (x);
CREATE VIEW v AS SELECT 1;
INSERT INTO "a""b'c<script>" VALUES (1);
