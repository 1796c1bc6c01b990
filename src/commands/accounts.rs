//! `baonoi accounts`: who may log in.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use baonoi::config::Config;
use baonoi::domain::account::{Account, Role};
use baonoi::store::{Changed, Store};
use baonoi::web::{PASSWORD_LENGTH_MIN, hash_password, made_up_password, new_secret};
use clap::{Subcommand, ValueEnum};

#[derive(Subcommand, Debug)]
pub enum AccountsCommand {
    /// Adds an account. The password is asked for, or read from stdin; an empty one is made up
    /// and printed.
    Add {
        name: String,
        /// What the account may do; without it, everything.
        #[arg(long = "role", value_enum)]
        roles: Vec<RoleName>,
    },
    /// The accounts and what they may do.
    List,
    /// Locks an account out at once. What it did stays.
    Disable { name: String },
    /// Lets a disabled account in again.
    Enable { name: String },
    /// Sets a new password and ends the account's sessions.
    Passwd { name: String },
    /// Says anew what an account may do.
    Roles {
        name: String,
        #[arg(long = "role", value_enum, required = true)]
        roles: Vec<RoleName>,
    },
    /// Asks the account for no one-time codes any more, e.g. when its telephone is lost.
    TotpOff { name: String },
    /// Makes an api key for the account and prints it once.
    Key {
        name: String,
        /// What the key is called in the list of keys.
        #[arg(long, default_value = "")]
        label: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    Editor,
    Moderator,
    Administrator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Editor => Self::Editor,
            RoleName::Moderator => Self::Moderator,
            RoleName::Administrator => Self::Administrator,
        }
    }
}

pub fn run(config: &Config, command: AccountsCommand) -> anyhow::Result<()> {
    super::with_store(config, async |store| carry_out(store, command).await)
}

async fn carry_out(store: &Store, command: AccountsCommand) -> anyhow::Result<()> {
    match command {
        AccountsCommand::Add { name, roles } => add(store, &name, &roles).await,
        AccountsCommand::List => list(store).await,
        AccountsCommand::Disable { name } => {
            let account = named(store, &name).await?;
            done(store.set_disabled(account.id, true, None).await?)?;
            println!("{} is disabled", account.name);
            warn_without_administrator(store).await
        }
        AccountsCommand::Enable { name } => {
            let account = named(store, &name).await?;
            done(store.set_disabled(account.id, false, None).await?)?;
            println!("{} is active", account.name);
            Ok(())
        }
        AccountsCommand::Passwd { name } => {
            let account = named(store, &name).await?;
            let hash = hash_password(&password()?)?;
            done(store.set_password(account.id, &hash, None, None).await?)?;
            println!("{} has a new password", account.name);
            Ok(())
        }
        AccountsCommand::Roles { name, roles } => {
            let account = named(store, &name).await?;
            let roles = distinct(&roles);
            done(store.set_roles(account.id, &roles, None).await?)?;
            println!("{} is now {}", account.name, listed(&roles));
            warn_without_administrator(store).await
        }
        AccountsCommand::TotpOff { name } => {
            let account = named(store, &name).await?;
            done(store.turn_totp_off(account.id, None).await?)?;
            println!("{} logs in by password alone", account.name);
            Ok(())
        }
        AccountsCommand::Key { name, label } => {
            let account = named(store, &name).await?;
            let key = new_secret().context("the system has no randomness")?;
            store.add_api_key(&account, label.trim(), &key, None).await?;
            eprintln!("Send it as `Authorization: Bearer KEY`. It is not shown again.");
            println!("{key}");
            Ok(())
        }
    }
}

/// At the command line nothing is refused, but an account may vanish meanwhile.
fn done(changed: Changed) -> anyhow::Result<()> {
    if changed != Changed::Done {
        bail!("the account was not changed: {changed:?}");
    }
    Ok(())
}

/// Here the last administrator may go, since whoever has the machine can make another; but not unawares.
async fn warn_without_administrator(store: &Store) -> anyhow::Result<()> {
    if !store.accounts().await?.iter().any(|account| account.has(Role::Administrator)) {
        eprintln!(
            "There is no active administrator now; `baonoi accounts roles NAME --role administrator` \
             makes one (name its other roles too)."
        );
    }
    Ok(())
}

/// The roles as they are typed, each once.
fn distinct(typed: &[RoleName]) -> Vec<Role> {
    let typed: Vec<Role> = typed.iter().map(|role| Role::from(*role)).collect();
    Role::ALL.into_iter().filter(|role| typed.contains(role)).collect()
}

fn listed(roles: &[Role]) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}

async fn add(store: &Store, name: &str, roles: &[RoleName]) -> anyhow::Result<()> {
    let Some(name) = Account::canonical_name(name) else {
        bail!("`{name}` cannot be a name: use letters a-z, digits, '.', '-', '_', at most 40");
    };
    let roles = if roles.is_empty() { Role::ALL.to_vec() } else { distinct(roles) };
    store.add_account(&name, &hash_password(&password()?)?, &roles, None).await?;
    println!("{name} is added ({})", listed(&roles));
    Ok(())
}

async fn list(store: &Store) -> anyhow::Result<()> {
    for account in store.accounts().await? {
        let state = if account.disabled { "disabled" } else { "active" };
        let totp = if account.has_totp { "\ttotp" } else { "" };
        println!("{}\t{}\t{state}{totp}", account.name, listed(&account.roles));
    }
    Ok(())
}

async fn named(store: &Store, name: &str) -> anyhow::Result<Account> {
    let canonical = Account::canonical_name(name).unwrap_or_default();
    match store.account_named(&canonical).await? {
        Some((account, _)) => Ok(account),
        None => bail!("there is no account `{name}`; `baonoi accounts list` names those there are"),
    }
}

/// Asks on a terminal, without showing what is typed; elsewhere takes the first line of stdin.
fn password() -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    let typed = if stdin.is_terminal() {
        rpassword::prompt_password("Password (empty: one is made up): ")?
    } else {
        let mut line = String::new();
        stdin.lock().read_line(&mut line).context("cannot read the password from stdin")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if typed.is_empty() {
        let made = made_up_password().context("the system has no randomness")?;
        println!("password: {made}");
        return Ok(made);
    }
    if typed.chars().count() < PASSWORD_LENGTH_MIN {
        bail!("the password is too short: use at least {PASSWORD_LENGTH_MIN} characters");
    }
    Ok(typed)
}
