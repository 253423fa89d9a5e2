BEGIN TRANSACTION;
CREATE TABLE absences (
        chain INTEGER NOT NULL,
        number INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        PRIMARY KEY (chain, number, deleted)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "absences" VALUES(1,2,6,15);
INSERT INTO "absences" VALUES(3,1,17,19);
INSERT INTO "absences" VALUES(4,1,17,19);
CREATE TABLE chains (
        key INTEGER PRIMARY KEY,
        contact INTEGER NOT NULL,
        chain_id TEXT NOT NULL,
        last_number INTEGER NOT NULL,
        latest INTEGER,
        revision INTEGER,
        ordinal INTEGER
    ) STRICT;
INSERT INTO "chains" VALUES(1,1,'3f3ade56-18e8-4800-ab0d-48120a08402b',6,6,16,0);
INSERT INTO "chains" VALUES(2,1,'18f7e973-db29-4c30-b50b-52b491961905',1,1,8,0);
INSERT INTO "chains" VALUES(3,2,'c9934cc1-9b9c-4ad9-b2ee-669b69dbb70a',1,1,9,0);
INSERT INTO "chains" VALUES(4,2,'994bd6b9-96b0-4b0f-8e70-c014480b7c4e',1,NULL,NULL,NULL);
INSERT INTO "chains" VALUES(5,3,'31a1be69-66af-4e36-aa0f-f95ab7f8cb6b',1,1,18,0);
INSERT INTO "chains" VALUES(6,1,'c0e3b37c-a236-4cd0-bbd1-1cb13eae4283',1,1,18,1);
INSERT INTO "chains" VALUES(7,4,'6abcacbb-f68c-4de3-a267-b09d67548e5c',1,1,18,2);
INSERT INTO "chains" VALUES(8,3,'16a769a9-075e-4ac4-b5c4-12f033ca6981',1,NULL,NULL,NULL);
INSERT INTO "chains" VALUES(9,1,'a2c9c041-dd94-40fe-b8d5-ab2d9b9c48a4',2,1,25,0);
INSERT INTO "chains" VALUES(10,3,'9bbe61c3-58d6-4ffb-b64e-aa7a703cb7bc',1,NULL,NULL,NULL);
INSERT INTO "chains" VALUES(11,5,'2f897202-8c17-477c-8752-75782ddf74f3',1,1,1,0);
INSERT INTO "chains" VALUES(12,6,'acf9659f-bcd4-4139-9a40-5b901b04c2cf',3,3,5,0);
CREATE TABLE connections (
        source INTEGER NOT NULL,
        target INTEGER NOT NULL,
        kind TEXT NOT NULL,
        revision INTEGER NOT NULL,
        until INTEGER,
        metadata TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (source, target, kind, revision)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "connections" VALUES(1,2,'related',11,12,'{"a":1}',1767268810000000);
INSERT INTO "connections" VALUES(1,2,'related',12,NULL,'{"a":2}',1767268811000000);
INSERT INTO "connections" VALUES(2,3,'knows',13,14,'{}',1767268812000000);
CREATE TABLE contacts (
        key INTEGER PRIMARY KEY,
        tenant INTEGER NOT NULL,
        contact_id TEXT NOT NULL,
        UNIQUE (tenant, contact_id)
    ) STRICT;
INSERT INTO "contacts" VALUES(1,1,'ada');
INSERT INTO "contacts" VALUES(2,1,'grace');
INSERT INTO "contacts" VALUES(3,1,'linus');
INSERT INTO "contacts" VALUES(4,1,'zoe');
INSERT INTO "contacts" VALUES(5,2,'ada');
INSERT INTO "contacts" VALUES(6,2,'bob');
CREATE TABLE ids (
        tenant INTEGER NOT NULL,
        id TEXT NOT NULL,
        chain INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (tenant, id)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "ids" VALUES(1,'06b6b681-6a1a-4a93-a9c4-b622867ec9cf',9,2);
INSERT INTO "ids" VALUES(1,'16a769a9-075e-4ac4-b5c4-12f033ca6981',8,0);
INSERT INTO "ids" VALUES(1,'18f7e973-db29-4c30-b50b-52b491961905',2,0);
INSERT INTO "ids" VALUES(1,'2d483a82-6cc9-48ce-8f53-144952f62235',4,1);
INSERT INTO "ids" VALUES(1,'31a1be69-66af-4e36-aa0f-f95ab7f8cb6b',5,0);
INSERT INTO "ids" VALUES(1,'328d3240-0f81-4cde-9d24-2824b0787ea9',2,1);
INSERT INTO "ids" VALUES(1,'3f3ade56-18e8-4800-ab0d-48120a08402b',1,0);
INSERT INTO "ids" VALUES(1,'400f1012-fc06-400c-bdc8-b0565b9f7549',1,2);
INSERT INTO "ids" VALUES(1,'4a88f5cc-f47e-4c50-93c8-f622229cd1ef',1,1);
INSERT INTO "ids" VALUES(1,'4b83192a-e0b3-46ea-8d37-c7b5e1044552',5,1);
INSERT INTO "ids" VALUES(1,'54420501-5ab4-4dec-afe3-631ee536afd4',1,6);
INSERT INTO "ids" VALUES(1,'6abcacbb-f68c-4de3-a267-b09d67548e5c',7,0);
INSERT INTO "ids" VALUES(1,'7bab6365-7343-4751-9de1-f21f7436511d',3,1);
INSERT INTO "ids" VALUES(1,'7c19a8f9-1089-40a4-b0b6-06d7648c172c',9,1);
INSERT INTO "ids" VALUES(1,'994bd6b9-96b0-4b0f-8e70-c014480b7c4e',4,0);
INSERT INTO "ids" VALUES(1,'9bbe61c3-58d6-4ffb-b64e-aa7a703cb7bc',10,0);
INSERT INTO "ids" VALUES(1,'a2c9c041-dd94-40fe-b8d5-ab2d9b9c48a4',9,0);
INSERT INTO "ids" VALUES(1,'a8e046b9-8d4b-4fa8-a420-ba9d216f1587',6,1);
INSERT INTO "ids" VALUES(1,'b868d005-b38d-405e-98a3-2277b5cbecd7',1,5);
INSERT INTO "ids" VALUES(1,'b96ed59a-8fce-4196-a03d-21645b65348c',1,3);
INSERT INTO "ids" VALUES(1,'c0e3b37c-a236-4cd0-bbd1-1cb13eae4283',6,0);
INSERT INTO "ids" VALUES(1,'c418e571-cfa2-4887-ba3b-e7dfa2aff4ac',10,1);
INSERT INTO "ids" VALUES(1,'c9934cc1-9b9c-4ad9-b2ee-669b69dbb70a',3,0);
INSERT INTO "ids" VALUES(1,'c9d9b6e5-2b31-4057-af80-e7051406ea0a',8,1);
INSERT INTO "ids" VALUES(1,'ef8ab2a7-0b59-4813-8868-7ff1ce42dfb0',7,1);
INSERT INTO "ids" VALUES(1,'f9760f3a-cf48-437a-acba-77999ac17c62',1,4);
INSERT INTO "ids" VALUES(2,'2f897202-8c17-477c-8752-75782ddf74f3',11,0);
INSERT INTO "ids" VALUES(2,'4a88f5cc-f47e-4c50-93c8-f622229cd1ef',11,1);
INSERT INTO "ids" VALUES(2,'acf9659f-bcd4-4139-9a40-5b901b04c2cf',12,0);
INSERT INTO "ids" VALUES(2,'b63d166a-5b52-44f5-9c79-b408d3a18502',12,1);
INSERT INTO "ids" VALUES(2,'cef315d6-445d-4387-b19a-5079095e11e6',12,2);
INSERT INTO "ids" VALUES(2,'f3a717c2-ccd6-4398-84de-3193b4802319',12,3);
CREATE TABLE purges (due INTEGER PRIMARY KEY) STRICT;
CREATE TABLE revisions (
        tenant INTEGER NOT NULL,
        number INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        operation TEXT NOT NULL,
        actor TEXT,
        reason TEXT,
        added INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        connected INTEGER NOT NULL,
        disconnected INTEGER NOT NULL,
        erased INTEGER NOT NULL,
        PRIMARY KEY (tenant, number)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "revisions" VALUES(1,1,1767268800000000,'add','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,2,1767268801000000,'update','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,3,1767268802000000,'update','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,4,1767268803000000,'update','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,5,1767268804000000,'update','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,6,1767268805000000,'delete','importer','asked to',0,1,0,0,0,0);
INSERT INTO "revisions" VALUES(1,7,1767268806000000,'delete','importer',NULL,0,1,0,0,0,0);
INSERT INTO "revisions" VALUES(1,8,1767268807000000,'add','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,9,1767268808000000,'add','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,10,1767268809000000,'add','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,11,1767268810000000,'connect','importer',NULL,0,0,0,1,0,0);
INSERT INTO "revisions" VALUES(1,12,1767268811000000,'connect','importer',NULL,0,0,0,1,0,0);
INSERT INTO "revisions" VALUES(1,13,1767268812000000,'connect','importer',NULL,0,0,0,1,0,0);
INSERT INTO "revisions" VALUES(1,14,1767268813000000,'disconnect','importer',NULL,0,0,0,0,1,0);
INSERT INTO "revisions" VALUES(1,15,1767268814000000,'restore','importer',NULL,0,0,1,0,0,0);
INSERT INTO "revisions" VALUES(1,16,1767268815000000,'update','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,17,1767268816000000,'delete_contact','importer','left',0,2,0,0,0,0);
INSERT INTO "revisions" VALUES(1,18,1767268817000000,'transaction','importer','moved',4,1,0,0,0,0);
INSERT INTO "revisions" VALUES(1,19,1767268818000000,'restore','importer',NULL,0,0,2,0,0,0);
INSERT INTO "revisions" VALUES(1,20,1767268819000000,'delete_memory','importer',NULL,0,1,0,0,0,0);
INSERT INTO "revisions" VALUES(1,21,1767268820000000,'prune','importer',NULL,0,3,0,0,0,0);
INSERT INTO "revisions" VALUES(1,22,1767268821000000,'add','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,23,1767268822000000,'update','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,24,1767268823000000,'erase_contact','importer','erased',0,0,0,0,0,2);
INSERT INTO "revisions" VALUES(1,25,1767268824000000,'add','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,26,1767268825000000,'update','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,27,1767268826000000,'delete','importer',NULL,0,1,0,0,0,0);
INSERT INTO "revisions" VALUES(1,28,1767268827000000,'add','importer',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(1,29,1767268828000000,'delete','importer',NULL,0,1,0,0,0,0);
INSERT INTO "revisions" VALUES(2,1,1767268829000000,'add','eu',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(2,2,1767268830000000,'add','eu',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(2,3,1767268831000000,'update','eu',NULL,1,0,0,0,0,0);
INSERT INTO "revisions" VALUES(2,4,1767268832000000,'delete','eu',NULL,0,1,0,0,0,0);
INSERT INTO "revisions" VALUES(2,5,1767268833000000,'update','eu',NULL,1,0,0,0,0,0);
CREATE TABLE tenants (
        key INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT;
INSERT INTO "tenants" VALUES(1,'default');
INSERT INTO "tenants" VALUES(2,'acme/eu');
CREATE TABLE touched (
        tenant INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        contact INTEGER NOT NULL,
        PRIMARY KEY (tenant, revision, contact)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "touched" VALUES(1,1,1);
INSERT INTO "touched" VALUES(1,2,1);
INSERT INTO "touched" VALUES(1,3,1);
INSERT INTO "touched" VALUES(1,4,1);
INSERT INTO "touched" VALUES(1,5,1);
INSERT INTO "touched" VALUES(1,6,1);
INSERT INTO "touched" VALUES(1,7,1);
INSERT INTO "touched" VALUES(1,8,1);
INSERT INTO "touched" VALUES(1,11,1);
INSERT INTO "touched" VALUES(1,12,1);
INSERT INTO "touched" VALUES(1,13,1);
INSERT INTO "touched" VALUES(1,14,1);
INSERT INTO "touched" VALUES(1,15,1);
INSERT INTO "touched" VALUES(1,16,1);
INSERT INTO "touched" VALUES(1,18,1);
INSERT INTO "touched" VALUES(1,21,1);
INSERT INTO "touched" VALUES(1,25,1);
INSERT INTO "touched" VALUES(1,26,1);
INSERT INTO "touched" VALUES(1,27,1);
INSERT INTO "touched" VALUES(1,9,2);
INSERT INTO "touched" VALUES(1,10,2);
INSERT INTO "touched" VALUES(1,13,2);
INSERT INTO "touched" VALUES(1,14,2);
INSERT INTO "touched" VALUES(1,17,2);
INSERT INTO "touched" VALUES(1,19,2);
INSERT INTO "touched" VALUES(1,20,2);
INSERT INTO "touched" VALUES(1,18,3);
INSERT INTO "touched" VALUES(1,28,3);
INSERT INTO "touched" VALUES(1,29,3);
INSERT INTO "touched" VALUES(1,18,4);
INSERT INTO "touched" VALUES(2,1,5);
INSERT INTO "touched" VALUES(2,2,6);
INSERT INTO "touched" VALUES(2,3,6);
INSERT INTO "touched" VALUES(2,4,6);
INSERT INTO "touched" VALUES(2,5,6);
CREATE TABLE versions (
        chain INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        contact INTEGER NOT NULL,
        content TEXT NOT NULL,
        categories TEXT NOT NULL,
        metadata TEXT NOT NULL,
        session_id TEXT,
        event_start INTEGER,
        event_end INTEGER,
        created_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        deleted_at INTEGER,
        PRIMARY KEY (chain, deleted, number)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "versions" VALUES(1,0,4,'f9760f3a-cf48-437a-acba-77999ac17c62',1,'Lives in Oslo','["place", "home"]','{"n":[1,2.5,null],"source":"chat"}','monday',1767225600000000,1767398400000000,1767268803000000,4,0,NULL);
INSERT INTO "versions" VALUES(1,0,6,'54420501-5ab4-4dec-afe3-631ee536afd4',1,'Lives in Ulm','["place", "home"]','{"n":[1,2.5,null],"source":"chat"}','monday',1767225600000000,1767398400000000,1767268815000000,16,0,NULL);
INSERT INTO "versions" VALUES(1,7,5,'b868d005-b38d-405e-98a3-2277b5cbecd7',1,'Lives in Graz','["place", "home"]','{"n":[1,2.5,null],"source":"chat"}','monday',1767225600000000,1767398400000000,1767268804000000,5,0,1767268806000000);
INSERT INTO "versions" VALUES(1,21,1,'4a88f5cc-f47e-4c50-93c8-f622229cd1ef',1,'Lives in Bonn','["place", "home"]','{"n":[1,2.5,null],"source":"chat"}','monday',1767225600000000,1767398400000000,1767268800000000,1,0,1767268820000000);
INSERT INTO "versions" VALUES(1,21,2,'400f1012-fc06-400c-bdc8-b0565b9f7549',1,'Lives in Kiel','["place", "home"]','{"n":[1,2.5,null],"source":"chat"}','monday',1767225600000000,1767398400000000,1767268801000000,2,0,1767268820000000);
INSERT INTO "versions" VALUES(1,21,3,'b96ed59a-8fce-4196-a03d-21645b65348c',1,'Lives in Rome','["place", "home"]','{"n":[1,2.5,null],"source":"chat"}','monday',1767225600000000,1767398400000000,1767268802000000,3,0,1767268820000000);
INSERT INTO "versions" VALUES(2,0,1,'328d3240-0f81-4cde-9d24-2824b0787ea9',1,'Prefers tea','[]','{}',NULL,NULL,NULL,1767268807000000,8,0,NULL);
INSERT INTO "versions" VALUES(3,0,1,'7bab6365-7343-4751-9de1-f21f7436511d',2,'Likes ships','[]','{}',NULL,NULL,NULL,1767268808000000,9,0,NULL);
INSERT INTO "versions" VALUES(4,20,1,'2d483a82-6cc9-48ce-8f53-144952f62235',2,'Sails','[]','{}',NULL,NULL,NULL,1767268809000000,10,0,1767268819000000);
INSERT INTO "versions" VALUES(5,0,1,'4b83192a-e0b3-46ea-8d37-c7b5e1044552',3,'Reads','[]','{}',NULL,NULL,NULL,1767268817000000,18,0,NULL);
INSERT INTO "versions" VALUES(6,0,1,'a8e046b9-8d4b-4fa8-a420-ba9d216f1587',1,'Sings','[]','{}',NULL,NULL,NULL,1767268817000000,18,1,NULL);
INSERT INTO "versions" VALUES(7,0,1,'ef8ab2a7-0b59-4813-8868-7ff1ce42dfb0',4,'Éa ☃','[]','{}',NULL,NULL,NULL,1767268817000000,18,2,NULL);
INSERT INTO "versions" VALUES(8,18,1,'c9d9b6e5-2b31-4057-af80-e7051406ea0a',3,'was there','[]','{}',NULL,NULL,NULL,1767268817000000,18,3,1767268817000000);
INSERT INTO "versions" VALUES(9,0,1,'7c19a8f9-1089-40a4-b0b6-06d7648c172c',1,'gone for good','[]','{}',NULL,NULL,NULL,1767268824000000,25,0,NULL);
INSERT INTO "versions" VALUES(9,27,2,'06b6b681-6a1a-4a93-a9c4-b622867ec9cf',1,'and its last','[]','{}',NULL,NULL,NULL,1767268825000000,26,0,1767268826000000);
INSERT INTO "versions" VALUES(10,29,1,'c418e571-cfa2-4887-ba3b-e7dfa2aff4ac',3,'last of its contact','[]','{}',NULL,NULL,NULL,1767268827000000,28,0,1767268828000000);
INSERT INTO "versions" VALUES(11,0,1,'4a88f5cc-f47e-4c50-93c8-f622229cd1ef',5,'Another''s','[]','{}',NULL,NULL,NULL,1767268829000000,1,0,NULL);
INSERT INTO "versions" VALUES(12,0,1,'b63d166a-5b52-44f5-9c79-b408d3a18502',6,'Text','[]','{}',NULL,NULL,NULL,1767268830000000,2,0,NULL);
INSERT INTO "versions" VALUES(12,0,3,'f3a717c2-ccd6-4398-84de-3193b4802319',6,'Text 3','[]','{}',NULL,NULL,NULL,1767268833000000,5,0,NULL);
INSERT INTO "versions" VALUES(12,4,2,'cef315d6-445d-4387-b19a-5079095e11e6',6,'Text 2','[]','{}',NULL,NULL,NULL,1767268831000000,3,0,1767268832000000);
CREATE INDEX chains_by_contact ON chains (contact, revision, ordinal);
CREATE INDEX versions_by_contact ON versions (contact, revision, ordinal);
CREATE INDEX versions_by_mark ON versions (contact, deleted) WHERE deleted > 0;
CREATE INDEX connections_by_target ON connections (target);
CREATE INDEX touched_by_contact ON touched (contact, revision);
COMMIT;
