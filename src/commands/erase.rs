//! `baonoi erase`: a person's data leaves on request.

use anyhow::bail;
use baonoi::config::Config;
use baonoi::domain::erasure::ErasureReason;
use baonoi::domain::ids::CommentId;
use baonoi::store::{StoreError, Whom};
use clap::{ArgGroup, Args};

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("whom").required(true)))]
pub struct EraseArgs {
    /// These comments.
    #[arg(long = "comment", value_name = "ID", num_args = 1.., group = "whom")]
    comments: Vec<CommentId>,
    /// All comments that came with this e-mail address.
    #[arg(long, value_name = "ADDRESS", group = "whom")]
    email: Option<String>,
    /// All comments that came with this identity of the newspaper's login.
    #[arg(long, value_name = "ID", group = "whom")]
    identity: Option<String>,
    /// Who asked for it and on what ground, without naming the person: it stays in the log.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The account whose decision it is; without it `system` stands in the log.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

pub fn run(config: &Config, args: EraseArgs) -> anyhow::Result<()> {
    let reason = ErasureReason::new(&args.reason)?;
    let whom = match (args.email, args.identity) {
        (Some(email), _) => Whom::Email(email),
        (None, Some(identity)) => Whom::Identity(identity),
        (None, None) => Whom::Comments(args.comments),
    };
    let erased = super::with_store(config, async |store| {
        let by = match &args.by {
            None => None,
            Some(name) => match store.account_named(name).await? {
                Some((account, _)) => Some(account),
                None => bail!("there is no account `{name}`; `baonoi accounts list` shows them"),
            },
        };
        match store.erase_comments(&whom, by.as_ref(), &reason).await {
            Err(StoreError::ReasonNamesPerson) => bail!(
                "the reason names the person, and stays in the log for ever; say it without name and address"
            ),
            done => Ok(done?),
        }
    })?;
    for id in &erased.comments {
        println!("{id}");
    }
    eprintln!("erased: {} comments", erased.comments.len());
    if erased.before > 0 {
        eprintln!("{} were erased before", erased.before);
    }
    if !erased.is_gone {
        eprintln!(
            "a service reads what was there before, so a part is still in {}-wal; run the command once more",
            config.data.join("baonoi.db").display()
        );
    }
    match erased.unknown.as_slice() {
        [] => Ok(()),
        unknown => {
            let names: Vec<String> = unknown.iter().map(ToString::to_string).collect();
            bail!("there are no comments {}", names.join(", "))
        }
    }
}
