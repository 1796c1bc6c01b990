//! What is done to accounts: the account and the record of it change together or not at all.

use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::accounts::{account, secret_hash};
use super::audit::{Chain, Entry, READER, SYSTEM};
use super::{Store, StoreError, new_id, now};
use crate::domain::account::{Account, Role};
use crate::domain::ids::AccountId;

/// What is done to an account, as the log names it.
const ADDED: &str = "account.added";
const ROLES: &str = "account.roles";
const DISABLED: &str = "account.disabled";
const ENABLED: &str = "account.enabled";
const PASSWORD: &str = "account.password";

/// Who changes an account: another account or itself, or (`None`) whoever has the machine.
pub type By<'a> = Option<&'a Account>;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// There is no such account.
    Unknown,
    /// Nobody would be left who may change accounts.
    LastAdministrator,
    /// Nobody locks himself out.
    Oneself,
}

impl Store {
    /// Adds an account. `password_hash` is a PHC string.
    pub async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        roles: &[Role],
        by: By<'_>,
    ) -> Result<AccountId, StoreError> {
        let taken = || StoreError::NameTaken(name.to_owned());
        // The log calls others by these names.
        if [READER, SYSTEM].contains(&name) {
            return Err(taken());
        }
        let id: AccountId = new_id();
        let mut write = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO accounts (id, name, password_hash, roles, created_ms)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(name)
        .bind(password_hash)
        .bind(names(roles))
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        if done.rows_affected() == 0 {
            return Err(taken());
        }
        note(&mut write, by, ADDED, name, json!({ "roles": names(roles) })).await?;
        write.commit().await?;
        Ok(id)
    }

    /// Says anew what somebody may do. The last administrator stays one, except for whoever has the
    /// machine.
    pub async fn set_roles(
        &self,
        id: AccountId,
        roles: &[Role],
        by: By<'_>,
    ) -> Result<Changed, StoreError> {
        let mut write = self.write().await?;
        let Some(known) = find(&mut write, id).await? else { return Ok(Changed::Unknown) };
        if names(&known.roles) == names(roles) {
            return Ok(Changed::Done);
        }
        let stays = roles.contains(&Role::Administrator);
        if by.is_some() && !stays && is_last_administrator(&mut write, &known).await? {
            return Ok(Changed::LastAdministrator);
        }
        sqlx::query("UPDATE accounts SET roles = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(names(roles))
            .execute(&mut *write)
            .await?;
        let detail = json!({ "from": names(&known.roles), "roles": names(roles) });
        note(&mut write, by, ROLES, &known.name, detail).await?;
        write.commit().await?;
        Ok(Changed::Done)
    }

    /// Locks an account out and ends its sessions (its api keys rest), or lets it in again.
    pub async fn set_disabled(
        &self,
        id: AccountId,
        disabled: bool,
        by: By<'_>,
    ) -> Result<Changed, StoreError> {
        let mut write = self.write().await?;
        let Some(known) = find(&mut write, id).await? else { return Ok(Changed::Unknown) };
        if known.disabled == disabled {
            return Ok(Changed::Done);
        }
        if disabled && by.is_some_and(|by| by.id == id) {
            return Ok(Changed::Oneself);
        }
        // Two administrators who disable each other at the same moment: the second is too late.
        if disabled && by.is_some() && is_last_administrator(&mut write, &known).await? {
            return Ok(Changed::LastAdministrator);
        }
        sqlx::query("UPDATE accounts SET disabled = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(i64::from(disabled))
            .execute(&mut *write)
            .await?;
        if disabled {
            end_sessions(&mut write, id, "").await?;
        }
        let action = if disabled { DISABLED } else { ENABLED };
        note(&mut write, by, action, &known.name, json!({})).await?;
        write.commit().await?;
        Ok(Changed::Done)
    }

    /// Changes a password and ends every session that was opened with the old one, but for the one
    /// that is kept: its owner's, who changes it.
    pub async fn set_password(
        &self,
        id: AccountId,
        hash: &str,
        kept: Option<&str>,
        by: By<'_>,
    ) -> Result<Changed, StoreError> {
        let mut write = self.write().await?;
        let Some(known) = find(&mut write, id).await? else { return Ok(Changed::Unknown) };
        sqlx::query("UPDATE accounts SET password_hash = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(hash)
            .execute(&mut *write)
            .await?;
        let kept = kept.map(secret_hash).unwrap_or_default();
        end_sessions(&mut write, id, &kept).await?;
        note(&mut write, by, PASSWORD, &known.name, json!({})).await?;
        write.commit().await?;
        Ok(Changed::Done)
    }
}

/// Names of roles as they are stored: apart by a space, each once, always in the same order.
fn names(roles: &[Role]) -> String {
    let ordered = Role::ALL.into_iter().filter(|role| roles.contains(role));
    ordered.map(Role::name).collect::<Vec<_>>().join(" ")
}

/// The account within a transaction that is about to change it.
pub(super) async fn find(
    connection: &mut AnyConnection,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    let query = sqlx::query("SELECT * FROM accounts WHERE id = $1").bind(id.to_string());
    query.fetch_optional(connection).await?.as_ref().map(account).transpose()
}

async fn is_last_administrator(
    connection: &mut AnyConnection,
    known: &Account,
) -> Result<bool, StoreError> {
    let rows = sqlx::query("SELECT * FROM accounts").fetch_all(connection).await?;
    let mut others = false;
    for row in &rows {
        let other = account(row)?;
        others |= other.id != known.id && other.has(Role::Administrator);
    }
    Ok(known.has(Role::Administrator) && !others)
}

/// Ends all sessions of an account but one, and every login that is under way.
async fn end_sessions(
    connection: &mut AnyConnection,
    id: AccountId,
    kept_hash: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND secret_hash <> $2")
        .bind(id.to_string())
        .bind(kept_hash)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM pending_logins WHERE account_id = $1")
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes into the log what is done to an account. The transaction must have begun by [`Store::write`].
pub(super) async fn note(
    connection: &mut AnyConnection,
    by: By<'_>,
    action: &'static str,
    name: &str,
    detail: Value,
) -> Result<(), StoreError> {
    let actor = by.map_or(SYSTEM, |account| &account.name);
    let mut chain = Chain::open(connection).await?;
    chain.append(connection, Entry { actor, action, subject: name.to_owned(), detail }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        (folder, store)
    }

    async fn named(store: &Store, name: &str) -> Account {
        store.account_named(name).await.unwrap().unwrap().0
    }

    #[tokio::test]
    async fn somebody_may_always_change_accounts() {
        let (_folder, store) = store().await;
        for name in ["lan", "minh"] {
            store.add_account(name, "hash", &Role::ALL, None).await.unwrap();
        }
        let (lan, minh) = (named(&store, "lan").await, named(&store, "minh").await);
        let moderator = [Role::Moderator];
        assert_eq!(store.set_disabled(lan.id, true, Some(&lan)).await.unwrap(), Changed::Oneself);
        assert_eq!(store.set_disabled(minh.id, true, Some(&lan)).await.unwrap(), Changed::Done);
        let last = Changed::LastAdministrator;
        assert_eq!(store.set_roles(lan.id, &moderator, Some(&lan)).await.unwrap(), last);
        // Minh's request was under way when Lan disabled him.
        assert_eq!(store.set_disabled(lan.id, true, Some(&minh)).await.unwrap(), last);
        assert_eq!(store.set_disabled(minh.id, false, Some(&lan)).await.unwrap(), Changed::Done);
        assert_eq!(store.set_roles(lan.id, &moderator, Some(&lan)).await.unwrap(), Changed::Done);
        assert!(!named(&store, "lan").await.has(Role::Administrator));
        // Whoever has the machine can do everything.
        assert_eq!(store.set_disabled(minh.id, true, None).await.unwrap(), Changed::Done);
    }

    #[tokio::test]
    async fn what_is_done_is_written_down_and_what_is_refused_is_not() {
        let (_folder, store) = store().await;
        store.add_account("lan", "hash", &[Role::Administrator], None).await.unwrap();
        let lan = named(&store, "lan").await;
        let minh = store.add_account("minh", "hash", &[Role::Editor], Some(&lan)).await.unwrap();
        assert!(store.add_account("minh", "hash", &[], Some(&lan)).await.is_err());
        assert!(store.add_account("system", "hash", &[], None).await.is_err());
        let roles = [Role::Moderator, Role::Editor, Role::Editor];
        store.set_roles(minh, &roles, Some(&lan)).await.unwrap();
        store.set_roles(minh, &roles, Some(&lan)).await.unwrap();
        store.set_password(minh, "other", None, Some(&lan)).await.unwrap();
        store.set_disabled(minh, true, Some(&lan)).await.unwrap();
        store.set_disabled(minh, false, None).await.unwrap();
        let records = store.audit_of("minh").await.unwrap();
        let said: Vec<(&str, &str)> =
            records.iter().map(|r| (r.actor.as_str(), r.action.as_str())).collect();
        let expected = [
            ("lan", ADDED),
            ("lan", ROLES),
            ("lan", PASSWORD),
            ("lan", DISABLED),
            ("system", ENABLED),
        ];
        assert_eq!(said, expected);
        assert_eq!(records[1].detail, r#"{"from":"editor","roles":"editor moderator"}"#);
        assert!(store.verify_audit().await.unwrap().faults.is_empty());
    }

    #[tokio::test]
    async fn sessions_end_with_the_password_and_with_the_account() {
        let (_folder, store) = store().await;
        let id = store.add_account("lan", "hash", &Role::ALL, None).await.unwrap();
        let expires = crate::domain::units::Timestamp(now().0 + 60_000);
        for secret in ["here", "elsewhere"] {
            store.open_session(id, secret, expires).await.unwrap();
        }
        store.open_pending(id, "half", expires).await.unwrap();
        store.set_password(id, "other", Some("here"), None).await.unwrap();
        assert!(store.account_of_session("here").await.unwrap().is_some());
        assert!(store.account_of_session("elsewhere").await.unwrap().is_none());
        assert!(store.account_of_pending("half").await.unwrap().is_none());
        store.set_disabled(id, true, None).await.unwrap();
        store.set_disabled(id, false, None).await.unwrap();
        assert!(store.account_of_session("here").await.unwrap().is_none());
    }
}
