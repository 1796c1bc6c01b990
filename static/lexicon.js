// The lexicon's page: hearing a reading before it is saved.

import { watchHearing } from "./hearing.js";

watchHearing();
